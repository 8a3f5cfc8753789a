import type { KubelessFunction } from '../api/function.ts';
import type { EnvVar } from '../api/env-var.ts';
import { parseDuration } from '../api/duration.ts';
import { functionResource } from '../api/function.ts';
import type { Image, StoredImage } from '../api/image.ts';
import { controlledBy } from '../kube/owner-references.ts';
import { mergeEnv, mergeFiles, type ContainerFields } from './container-fields.ts';
import { ownLabels } from '../controllers/object-labels.ts';

export interface ServedImage {
  /** In skopeo's notation. */
  image: string;
  /** Further pull secrets than the Function's own. */
  pullSecrets: readonly string[];
  /** Whether it was built here: then module and handler are in the image. */
  built: boolean;
}

/** The Image that makes the data plane serve a Function. */
export function imageObject(
  object: KubelessFunction,
  container: ContainerFields,
  served: ServedImage,
): StoredImage {
  const { name, namespace, uid = '', labels } = object.metadata;
  return {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...ownLabels(name) },
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
  const timeout = spec.timeout === '' ? undefined : spec.timeout;
  const resources = withoutUndefined({ memory: container.memory, cpu: container.cpu, ...spec.resources });
  const port = spec.port ?? targetPort(spec.service);
  const platform = platformEnv({ spec, timeout, memory: resources.memory, port, built });
  const command = spec.command ?? container.command;
  const args = spec.args ?? container.args;
  return withoutUndefined({
    image,
    command,
    args,
    env: mergeEnv(mergeEnv(platform, container.env), spec.env ?? []),
    files: nonEmpty(mergeFiles([...container.files, ...(spec.files ?? [])])),
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

interface PlatformValues {
  spec: KubelessFunction['spec'];
  timeout: string | number | undefined;
  memory: string | number | undefined;
  port: number | undefined;
  built: boolean;
}

/** Variables that Kubeless gives; those that every image of ours has in itself are left out. */
function platformEnv({ spec, timeout, memory, port, built }: PlatformValues): EnvVar[] {
  const seconds = timeout === undefined ? 180 : parseDuration(timeout) / 1000;
  const [module, handler] = (spec.handler ?? '').split('.');
  const own = [
    { name: 'FUNC_TIMEOUT', value: String(seconds) },
    { name: 'FUNC_MEMORY_LIMIT', value: String(memory ?? 0) },
  ];
  if (built) return own;
  return [
    ...own,
    ...(port === undefined ? [] : [{ name: 'FUNC_PORT', value: String(port) }]),
    ...(module === undefined || handler === undefined
      ? []
      : [
          { name: 'MOD_NAME', value: module },
          { name: 'FUNC_HANDLER', value: handler },
        ]),
  ];
}

/** The function's own port, where `spec.service` names one by number. */
function targetPort(service: unknown): number | undefined {
  const ports = (service as { ports?: { targetPort?: unknown; port?: unknown }[] } | null | undefined)?.ports;
  const first = Array.isArray(ports) ? ports[0] : undefined;
  const port = first?.targetPort ?? first?.port;
  return typeof port === 'number' && port > 0 && port < 65_536 ? port : undefined;
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
