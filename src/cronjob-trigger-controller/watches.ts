import { cronJobTriggerResource, type StoredCronJobTrigger } from '../api/cronjob-trigger.ts';
import { functionResource, type StoredFunction } from '../api/function.ts';
import { configMaps as configMapResource, type ConfigMap } from '../kube/builtin-resources.ts';
import { informerSource, type ControllerSource } from '../kube/controller-source.ts';
import type { WatchOptions } from '../controllers/lead.ts';
import { Informer } from '../kube/informer.ts';
import { startInformers } from '../kube/start-informers.ts';
import { keyOf, type KubeObject } from '../kube/objects.ts';
import { ownerKeys } from '../kube/owner-references.ts';
import { cronJobs as cronJobResource, type CronJob } from '../kube/workload-resources.ts';
import { triggerLabel } from './names.ts';

/** Local copies of all that a reconcile reads; of common kinds only what concerns triggers. */
export interface Watches extends AsyncDisposable {
  triggers: Informer<StoredCronJobTrigger>;
  functions: Informer<StoredFunction>;
  cronJobs: Informer<CronJob>;
  payloads: Informer<ConfigMap>;
}

export function startWatches(options: WatchOptions): Watches {
  return startInformers({
    triggers: new Informer({ ...options, resource: cronJobTriggerResource }),
    functions: new Informer({ ...options, resource: functionResource }),
    // Those of Kubeless have this label too.
    cronJobs: new Informer({ ...options, resource: cronJobResource, labelSelector: 'created-by=kubeless' }),
    payloads: new Informer({ ...options, resource: configMapResource, labelSelector: triggerLabel }),
  });
}

/** Which triggers a change of each kind concerns. */
export function watchSources({ triggers, functions, cronJobs, payloads }: Watches): ControllerSource[] {
  const ofFunction = ({ metadata }: KubeObject): string[] =>
    triggers
      .list()
      .filter((trigger) => trigger.metadata.namespace === metadata.namespace)
      .filter(({ spec }) => (spec as { 'function-name'?: unknown })?.['function-name'] === metadata.name)
      .map(keyOf);
  return [
    informerSource(triggers),
    informerSource(functions, ofFunction),
    informerSource(cronJobs, ownerKeys(cronJobTriggerResource)),
    informerSource(payloads, ownerKeys(cronJobTriggerResource)),
  ];
}
