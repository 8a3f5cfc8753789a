import type { KubelessFunction } from '../api/function.ts';
import { functionResource } from '../api/function.ts';
import type { Image, StoredImage } from '../api/image.ts';
import { controlledBy } from '../kube/owner-references.ts';
import { callEnv, callFiles, callResources, targetPort, timeoutOf, withoutUndefined } from './call-fields.ts';
import type { ContainerFields } from './container-fields.ts';
import { copiedAnnotations, ownLabels } from '../controllers/object-labels.ts';

export interface ServedImage {
  /** In skopeo's notation. */
  image: string;
  /** Further pull secrets than the Function's own. */
  pullSecrets: readonly string[];
  /** Whether it was built here: then module and handler are in the image. */
  built: boolean;
}

/** The Image that makes the data plane serve a Function. It has the labels and annotations that Kubeless' Deployment had. */
export function imageObject(
  object: KubelessFunction,
  container: ContainerFields,
  served: ServedImage,
): StoredImage {
  const { name, namespace, uid = '', labels, annotations } = object.metadata;
  return {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata: {
      name,
      namespace,
      labels: { ...container.labels, ...labels, ...ownLabels(name) },
      annotations: copiedAnnotations({ ...container.annotations, ...annotations }),
      ownerReferences: [controlledBy(functionResource, { metadata: { name, uid } })],
    },
    spec: imageSpec(object.spec, container, served),
  };
}

function imageSpec(
  spec: KubelessFunction['spec'],
  container: ContainerFields,
  { image, pullSecrets, built }: ServedImage,
): Image['spec'] {
  const timeout = timeoutOf(spec);
  const resources = callResources(spec, container);
  const port = spec.port ?? targetPort(spec.service);
  const command = spec.command ?? container.command;
  const args = spec.args ?? container.args;
  return withoutUndefined({
    image,
    command,
    args,
    env: callEnv(spec, container, built),
    files: nonEmpty(callFiles(spec, container)),
    protocol: spec.protocol,
    port: built ? spec.port : port,
    timeout,
    isolation: spec.isolation,
    start: spec.start,
    resources: Object.keys(resources).length === 0 ? undefined : resources,
    concurrency: spec.concurrency,
    prewarm: spec.prewarm,
    idleTimeout: spec.idleTimeout,
    imagePullSecrets: nonEmpty(secretRefs(spec, pullSecrets)),
  });
}

function secretRefs({ imagePullSecrets = [] }: KubelessFunction['spec'], more: readonly string[]) {
  const names = new Set([...imagePullSecrets.map(({ name }) => name), ...more]);
  return [...names].map((name) => ({ name }));
}

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}
