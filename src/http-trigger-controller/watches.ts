import { functionResource, type StoredFunction } from '../api/function.ts';
import { httpTriggerResource, type StoredHttpTrigger } from '../api/http-trigger.ts';
import { imageResource, type StoredImage } from '../api/image.ts';
import type { WatchOptions } from '../controllers/lead.ts';
import { Informer } from '../kube/informer.ts';
import { startInformers } from '../kube/start-informers.ts';
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

export function startWatches(options: WatchOptions): Watches {
  const ours = { ...options, labelSelector: 'created-by=kubeless' };
  return startInformers({
    triggers: new Informer({ ...options, resource: httpTriggerResource }),
    functions: new Informer({ ...options, resource: functionResource }),
    images: new Informer({ ...options, resource: imageResource }),
    ingresses: new Informer({ ...ours, resource: ingressResource }),
    services: new Informer({
      ...ours,
      resource: serviceResource,
      labelSelector: 'created-by=kubeless,function',
    }),
  });
}
