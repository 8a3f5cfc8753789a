import { functionResource, type StoredFunction } from '../api/function.ts';
import { imageResource, type StoredImage } from '../api/image.ts';
import { secrets, type Secret } from '../kube/builtin-resources.ts';
import { informerSource, type ControllerSource } from '../kube/controller-source.ts';
import type { WatchOptions } from '../controllers/lead.ts';
import { Informer } from '../kube/informer.ts';
import { startInformers } from '../kube/start-informers.ts';
import { keyOf, type KubeObject } from '../kube/objects.ts';
import { ownerKeys } from '../kube/owner-references.ts';
import {
  jobs as jobResource,
  pods as podResource,
  services as serviceResource,
  type Job,
  type Pod,
  type Service,
} from '../kube/workload-resources.ts';
import { buildLabel, registrySecretName } from './names.ts';

/** Local copies of all that a reconcile reads; of common kinds only what concerns functions. */
export interface Watches extends AsyncDisposable {
  functions: Informer<StoredFunction>;
  images: Informer<StoredImage>;
  services: Informer<Service>;
  jobs: Informer<Job>;
  pods: Informer<Pod>;
  registrySecrets: Informer<Secret>;
}

export function startWatches(options: WatchOptions): Watches {
  const ofBuilds = { ...options, labelSelector: buildLabel };
  return startInformers({
    functions: new Informer({ ...options, resource: functionResource }),
    images: new Informer({ ...options, resource: imageResource }),
    services: new Informer({
      ...options,
      resource: serviceResource,
      labelSelector: 'created-by=kubeless,function',
    }),
    jobs: new Informer({ ...ofBuilds, resource: jobResource }),
    pods: new Informer({ ...ofBuilds, resource: podResource }),
    registrySecrets: new Informer({
      ...options,
      resource: secrets,
      fieldSelector: `metadata.name=${registrySecretName}`,
    }),
  });
}

/** Which Functions a change of each kind concerns. Images and Services have the name of theirs. */
export function watchSources(watches: Watches): ControllerSource[] {
  const { functions, images, services, jobs, pods, registrySecrets } = watches;
  const ofNamespace = ({ metadata }: KubeObject) =>
    functions
      .list()
      .flatMap((object) => (object.metadata.namespace === metadata.namespace ? [keyOf(object)] : []));
  return [
    informerSource(functions),
    informerSource(images),
    informerSource(services),
    informerSource(jobs, ownerKeys(functionResource)),
    informerSource(pods, functionOfPod),
    informerSource(registrySecrets, ofNamespace),
  ];
}

/** A pod is its Job's; the label says whose that is. */
function functionOfPod({ metadata }: KubeObject): string[] {
  const { namespace, labels } = metadata;
  const name = labels?.['function'];
  return name === undefined || namespace === undefined ? [] : [`${namespace}/${name}`];
}
