import { formatTime } from '../../../kube/conditions.ts';
import { isEnded, statusesOf, type Job, type JobCondition, type JobStatus, type Pod } from '../kinds.ts';
import { judgeFailure } from './job-failures.ts';

/** What brings a Job one step on. Absent is nothing to do. */
export interface JobDecision {
  /** Pods to make. */
  create: number;
  remove: Pod[];
  status?: JobStatus;
  /** The Job has ended with this, now. */
  ending?: Ending;
  /** Its time after its end is over. */
  expired?: boolean;
  requeueAfterMs?: number;
}

export interface Ending {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

const nothing: JobDecision = { create: 0, remove: [] };
const firstRetryMs = 10_000;
const longestRetryMs = 6 * 60_000;

/**
 * Kubernetes' Job controller as a function of what there is: a Job, its pods, the time.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function decideJob(job: Job, pods: readonly Pod[], nowMs: number): JobDecision {
  if (job.metadata.deletionTimestamp !== undefined || isForeign(job)) return nothing;
  const active = pods.filter((pod) => !isEnded(pod) && pod.metadata.deletionTimestamp === undefined);
  const end = endOf(job);
  if (end !== undefined) return { ...nothing, remove: active, ...expiry(job, end, nowMs) };
  const counts = count(job, pods, active, nowMs);
  if (job.spec.suspend === true) return suspended(job, active, counts, nowMs);
  const startMs = Date.parse(job.status?.startTime ?? formatTime(nowMs));
  const ending = endingOf(job, pods, counts, nowMs - startMs);
  if (ending !== undefined) return ended(job, ending, { active, counts, startMs, nowMs });
  return goOn(job, pods, { active, counts, startMs, nowMs });
}

/** Somebody else's controller runs it. */
function isForeign({ spec }: Job): boolean {
  return spec.managedBy !== undefined && spec.managedBy !== 'kubernetes.io/job-controller';
}

function endOf({ status }: Job): JobCondition | undefined {
  return status?.conditions?.find(
    ({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True',
  );
}

function expiry(
  { spec }: Job,
  { lastTransitionTime = '' }: JobCondition,
  nowMs: number,
): Partial<JobDecision> {
  if (spec.ttlSecondsAfterFinished === undefined) return {};
  const leftMs = Date.parse(lastTransitionTime) + spec.ttlSecondsAfterFinished * 1000 - nowMs;
  return leftMs > 0 ? { requeueAfterMs: leftMs } : { expired: true };
}

interface Counts {
  active: number;
  ready: number;
  succeeded: number;
  failed: number;
}

/** Never less than was counted before: pods that ended may be gone by now. */
function count(job: Job, pods: readonly Pod[], active: readonly Pod[], nowMs: number): Counts {
  const ofPhase = (phase: string) => pods.filter(({ status }) => status?.phase === phase);
  const failed = ofPhase('Failed').filter((pod) => judgeFailure(job, pod).kind !== 'ignore');
  const ready = active.filter((pod) => readyInMs(pod, nowMs) <= 0);
  return {
    active: active.length,
    ready: ready.length,
    succeeded: Math.max(job.status?.succeeded ?? 0, ofPhase('Succeeded').length),
    failed: Math.max(job.status?.failed ?? 0, failed.length),
  };
}

/** Kubernetes gathers such changes as well (its controller, `syncJobBatchPeriod`): a pod of less than a second is no write more. */
const readyAfterMs = 1000;

function readyInMs({ status }: Pod, nowMs: number): number {
  if (status?.phase !== 'Running') return Infinity;
  const started = (status.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state.running?.startedAt ?? ''),
  );
  // Times have no fractions of a second.
  return Math.max(0, ...started.filter((time) => !Number.isNaN(time))) + 1000 + readyAfterMs - nowMs;
}

function endingOf(job: Job, pods: readonly Pod[], counts: Counts, ageMs: number): Ending | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, completions = 1 } = job.spec;
  const failure = policyFailure(job, pods);
  if (failure !== undefined) return failure;
  if (counts.succeeded >= completions)
    return {
      type: 'Complete',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    };
  const restarts = restartsOf(job, pods);
  if (counts.failed > backoffLimit || (restarts > 0 && restarts >= backoffLimit))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if (activeDeadlineSeconds !== undefined && ageMs >= activeDeadlineSeconds * 1000)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  return undefined;
}

/** One pod can fail the whole Job. */
function policyFailure(job: Job, pods: readonly Pod[]): Ending | undefined {
  for (const pod of pods.filter(({ status }) => status?.phase === 'Failed')) {
    const verdict = judgeFailure(job, pod);
    if (verdict.kind === 'failJob') return failed('PodFailurePolicy', verdict.message);
  }
  return undefined;
}

const failed = (reason: string, message: string): Ending => ({ type: 'Failed', reason, message });

/** With OnFailure the pod stays, and its containers are started again. */
function restartsOf({ spec }: Job, pods: readonly Pod[]): number {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return 0;
  const running = pods.filter((pod) => !isEnded(pod));
  return running.flatMap(statusesOf).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

interface Step {
  active: Pod[];
  counts: Counts;
  startMs: number;
  nowMs: number;
}

function ended(job: Job, ending: Ending, { active, counts, startMs, nowMs }: Step): JobDecision {
  const time = formatTime(nowMs);
  const { type, reason, message } = ending;
  const before = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
  const condition = {
    status: 'True',
    reason,
    message,
    lastProbeTime: time,
    lastTransitionTime: time,
  } as const;
  const status: JobStatus = {
    ...counts,
    // Those that still run are ended with it.
    active: 0,
    ready: 0,
    startTime: formatTime(startMs),
    ...(type === 'Complete' ? { completionTime: time } : {}),
    conditions: [...(job.status?.conditions ?? []), { type: before, ...condition }, { type, ...condition }],
  };
  const { requeueAfterMs } = expiry(job, { type, ...condition }, nowMs);
  return {
    create: 0,
    remove: active,
    status,
    ending,
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

function goOn(job: Job, pods: readonly Pod[], { active, counts, startMs, nowMs }: Step): JobDecision {
  const { parallelism = 1, completions = 1, activeDeadlineSeconds } = job.spec;
  const missing = Math.max(0, Math.min(parallelism, completions - counts.succeeded) - active.length);
  const pauseMs = missing === 0 ? 0 : retryDelay(job, pods, nowMs);
  const create = pauseMs > 0 ? 0 : missing;
  const deadlineMs =
    activeDeadlineSeconds === undefined ? Infinity : startMs + activeDeadlineSeconds * 1000 - nowMs;
  const readyMs = active.map((pod) => readyInMs(pod, nowMs)).filter((ms) => ms > 0);
  const requeueAfterMs = Math.min(deadlineMs, pauseMs > 0 ? pauseMs : Infinity, ...readyMs);
  const status = withCondition(
    { ...counts, active: active.length + create, startTime: formatTime(startMs) },
    job,
    'False',
    nowMs,
  );
  return { create, remove: [], status, ...(requeueAfterMs === Infinity ? {} : { requeueAfterMs }) };
}

/** 10 s after the first failure, 20 s after the second, …; none after a failure that does not count. */
function retryDelay(job: Job, pods: readonly Pod[], nowMs: number): number {
  const counted = pods.filter(
    (pod) => pod.status?.phase === 'Failed' && judgeFailure(job, pod).kind === 'count',
  );
  if (counted.length === 0) return 0;
  const last = Math.max(...counted.map(finishedMs));
  const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** (counted.length - 1));
  return Math.max(0, last + delay - nowMs);
}

function finishedMs(pod: Pod): number {
  const times = statusesOf(pod).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? ''));
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
}

function suspended(job: Job, active: Pod[], counts: Counts, nowMs: number): JobDecision {
  const status = withCondition({ ...counts, active: 0, ready: 0 }, job, 'True', nowMs);
  return { create: 0, remove: active, status };
}

/** `Suspended` appears with the first suspension. */
function withCondition(status: JobStatus, job: Job, suspended: 'True' | 'False', nowMs: number): JobStatus {
  const conditions = job.status?.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'Suspended');
  if (known?.status === suspended || (known === undefined && suspended === 'False'))
    return conditions.length === 0 ? status : { ...status, conditions };
  const time = formatTime(nowMs);
  const [reason, message] =
    suspended === 'True' ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
  const condition: JobCondition = {
    type: 'Suspended',
    status: suspended,
    reason,
    message,
    lastProbeTime: time,
    lastTransitionTime: time,
  };
  return { ...status, conditions: [...conditions.filter((item) => item !== known), condition] };
}
