import { runController } from '../../kube/controller.ts';
import { informerSource } from '../../kube/controller-source.ts';
import { EventRecorder } from '../../kube/events.ts';
import { Informer } from '../../kube/informer.ts';
import { ownerKeys } from '../../kube/owner-references.ts';
import { endCgroup } from '../cgroups.ts';
import { runCronJobs } from '../cron-jobs/run-cron-jobs.ts';
import { JobController } from './jobs/job-controller.ts';
import { jobs, pods } from './kinds.ts';
import { openPodParts } from './machine.ts';
import { collectImages, collectOnce } from './pods/collect-images.ts';
import { PodAgent } from './pods/pod-agent.ts';
import type { AgentOptions } from './agent-options.ts';

/**
 * In the place of kube-controller-manager's controllers of Jobs and CronJobs, and of kubelet: runs Jobs on this machine until the
 * signal aborts.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const { config, client, clock, random, log, onReady } = options;
  // What an agent before us left: its processes ended with it, short of the unexpected.
  await endCgroup(config.KONTAIN_AGENT_CGROUP, clock);
  const events = new EventRecorder({ client, component: 'embedded-agent', host: 'embedded', clock, log });
  const cronEvents = new EventRecorder({ client, component: 'cronjob-controller', clock, log });
  const informing = { client, clock, random, log };
  await using jobInformer = new Informer({ ...informing, resource: jobs });
  await using podInformer = new Informer({ ...informing, resource: pods });
  const parts = await openPodParts(options, events);
  const controller = new JobController({
    client,
    jobs: jobInformer,
    pods: podInformer,
    events,
    clock,
    random,
  });
  const agent = new PodAgent(parts, podInformer);
  const collection = {
    images: parts.images,
    isBusy: () => agent.isBusy,
    idleMs: config.KONTAIN_IMAGE_IDLE_SECONDS * 1000,
    clock,
    log,
  };
  await collectOnce(collection);
  jobInformer.start();
  podInformer.start();
  const working = [
    agent.run(signal),
    collectImages(collection, signal),
    runCronJobs({ ...informing, jobs: jobInformer, events: cronEvents }, signal),
    runController(
      {
        name: 'job',
        reconcile: controller.reconcile,
        sources: [informerSource(jobInformer), informerSource(podInformer, ownerKeys(jobs))],
        concurrency: 4,
        clock,
        random,
        log,
      },
      signal,
    ),
  ];
  await Promise.race([Promise.all([jobInformer.synced, podInformer.synced]), ...working]);
  if (!signal.aborted) onReady();
  await Promise.all(working);
  await Promise.all([events.flush(), cronEvents.flush()]);
  await endCgroup(config.KONTAIN_AGENT_CGROUP, clock);
}
