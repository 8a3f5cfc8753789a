import { functionResource, type StoredFunction } from '../api/function.ts';
import { httpTriggerResource, type StoredHttpTrigger } from '../api/http-trigger.ts';
import { imageResource, type StoredImage } from '../api/image.ts';
import { Informer, type InformerOptions } from '../kube/informer.ts';
import type { KubeObject } from '../kube/objects.ts';
import {
  ingresses as ingressResource,
  services as serviceResource,
  type Ingress,
  type Service,
} from '../kube/workload-resources.ts';

/** Local copies of all that a reconcile reads; of common kinds only what was made for functions. */
export interface Watches extends AsyncDisposable {
  triggers: Informer<StoredHttpTrigger>;
  functions: Informer<StoredFunction>;
  images: Informer<StoredImage>;
  ingresses: Informer<Ingress>;
  services: Informer<Service>;
}

type WatchOptions = Omit<InformerOptions<KubeObject>, 'resource' | 'labelSelector' | 'fieldSelector'>;

export function startWatches(options: WatchOptions): Watches {
  const ours = { ...options, labelSelector: 'created-by=kubeless' };
  const watches = {
    triggers: new Informer({ ...options, resource: httpTriggerResource }),
    functions: new Informer({ ...options, resource: functionResource }),
    images: new Informer({ ...options, resource: imageResource }),
    ingresses: new Informer({ ...ours, resource: ingressResource }),
    services: new Informer({
      ...ours,
      resource: serviceResource,
      labelSelector: 'created-by=kubeless,function',
    }),
  };
  const all = Object.values(watches);
  for (const informer of all) informer.start();
  return {
    ...watches,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((informer) => informer[Symbol.asyncDispose]()));
    },
  };
}
