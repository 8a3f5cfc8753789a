import { errorCatalogue } from '../../lib/error-catalogue.ts';
import { FunctionFailure, type FailureReason } from '../failure.ts';
import type { ContainerStatus, Job, Pod } from '../../kube/workload-resources.ts';
import { attemptAnnotation, authorsFault } from './build-job.ts';

export type JobState =
  | { kind: 'running'; reason: 'Building' | 'Pushing'; message: string }
  | { kind: 'complete' }
  /** `final`: trying again cannot help. */
  | { kind: 'failed'; failure: FunctionFailure; final: boolean };

/** Where a build stands, from its Job and the Job's pods. */
export function jobState(job: Job, pods: readonly Pod[]): JobState {
  const isTrue = (type: string) =>
    job.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
  if (isTrue('Complete') !== undefined) return { kind: 'complete' };
  const failed = isTrue('Failed');
  if (failed === undefined) return { kind: 'running', ...progress(pods) };
  return failureOf(failed, pods);
}

/** Containers in their order, with what is done by each. */
const steps: Readonly<Record<string, { doing: string; failed: string; reason: FailureReason }>> = {
  prepare: {
    doing: 'The source is fetched and unpacked.',
    failed: 'The source could not be fetched or unpacked',
    reason: 'SourceFailed',
  },
  install: {
    doing: 'The dependencies are installed.',
    failed: 'The dependencies could not be installed',
    reason: 'DependenciesFailed',
  },
  compile: {
    doing: 'The function is compiled.',
    failed: 'The function could not be compiled',
    reason: 'CompileFailed',
  },
  fetch: {
    doing: 'The dependencies are brought to the check.',
    failed: 'The dependencies could not be brought to the check',
    reason: 'DependenciesFailed',
  },
  check: {
    doing: 'The function is loaded once.',
    failed: 'The function cannot be loaded',
    reason: 'LoadFailed',
  },
  build: {
    doing: 'The image is put together and pushed.',
    failed: 'The image could not be put together or pushed',
    reason: 'PushFailed',
  },
};

const unknownStep = { failed: 'A container of the build failed', reason: 'BuildFailed' } as const;

function progress(pods: readonly Pod[]): { reason: 'Building' | 'Pushing'; message: string } {
  const { reason, message } = step(pods.filter((pod) => cutOff(pod) === undefined));
  const why = pods.map(cutOff).find((text) => text !== undefined);
  return {
    reason,
    message: why === undefined ? message : `It was cut off and is made again: ${why} ${message}`,
  };
}

/** Why a pod was ended that did nothing wrong: the Job makes another one. */
function cutOff({ status }: Pod): string | undefined {
  const target = status?.conditions?.find(
    (item) => item.type === 'DisruptionTarget' && item.status === 'True',
  );
  return target === undefined || status?.phase !== 'Failed' ? undefined : (target.message ?? '');
}

function step(pods: readonly Pod[]): { reason: 'Building' | 'Pushing'; message: string } {
  const containers = pods.flatMap(containersOf);
  const waiting = containers.find(({ state }) => state?.waiting?.message !== undefined);
  if (waiting !== undefined) return { reason: 'Building', message: waitingMessage(waiting) };
  // One that has ended counts until the next one runs, or the Job says how all of it ended.
  const begun = containers.findLast(({ state }) => state?.running !== undefined || state?.terminated);
  const message = steps[begun?.name ?? '']?.doing ?? 'The build begins.';
  return { reason: begun?.name === 'build' ? 'Pushing' : 'Building', message };
}

function waitingMessage({ name, state }: ContainerStatus): string {
  const { reason = '', message = '' } = state?.waiting ?? {};
  return `Container ${name} of the build waits: ${reason} ${message}`;
}

function failureOf(
  { reason, message }: { reason?: string; message?: string },
  pods: readonly Pod[],
): JobState {
  if (reason === 'DeadlineExceeded')
    return failed(
      'BuildTimeout',
      'The build took too long. Give it more time with --build-timeout (spec.build.timeout), or let it do less.',
    );
  // Its containers were killed, and say nothing of that.
  const evicted = pods.find(({ status }) => status?.reason === 'Evicted');
  if (evicted !== undefined)
    return failed(
      'DiskFull',
      `The machine ended the build to keep room on its disk. ${evicted.status?.message ?? ''} Free some, or let the build write less.`,
    );
  for (const { name, state } of pods.filter((pod) => cutOff(pod) === undefined).flatMap(containersOf)) {
    const { terminated } = state ?? {};
    if (terminated !== undefined && terminated.exitCode !== 0) return containerFailure(name, terminated);
  }
  return failed('BuildFailed', `The build failed: ${message ?? 'nobody knows why'}.`);
}

function failed(reason: FailureReason, message: string): JobState {
  return { kind: 'failed', failure: new FunctionFailure(reason, message), final: false };
}

interface Terminated {
  exitCode: number;
  reason?: string;
  message?: string;
}

/** Of our own programs, as src/lib/error-catalogue.ts has it: they may notice before the machine ends the build. */
const noRoom = errorCatalogue.disk_full.exit;
const ownSteps = ['prepare', 'fetch', 'build'];

function containerFailure(name: string, { exitCode, reason, message = '' }: Terminated): JobState {
  const { failed: what, reason: word } = steps[name] ?? unknownStep;
  const log = lastLines(message);
  const why = name === 'check' ? whyNotLoaded(exitCode, reason, log) : whyFailed(exitCode, reason, log);
  const options = log.length === 0 ? {} : { log: log.join('\n') };
  const isFull = exitCode === noRoom && ownSteps.includes(name);
  const failure = new FunctionFailure(isFull ? 'DiskFull' : word, sentence(`${what}: ${why}`), options);
  // What installs is a program of others, whose 2 means nothing.
  return { kind: 'failed', failure, final: exitCode === authorsFault && name !== 'install' };
}

function whyFailed(exitCode: number, reason: string | undefined, log: readonly string[]): string {
  if (reason === 'OOMKilled') return 'it needs more memory than it may have';
  return log.at(-1) ?? `exit code ${exitCode}`;
}

/** Of timeout(1), which limits the check. */
const timedOut = 124;

function whyNotLoaded(exitCode: number, reason: string | undefined, log: readonly string[]): string {
  if (reason === 'OOMKilled')
    return 'loading it needs more memory than it may have; give it more in spec.resources.memory';
  if (exitCode === timedOut)
    return 'loading it takes longer than a call waits for it; do in the handler what takes long';
  const lastWord = log.at(-1) ?? 'it said nothing';
  return exitCode === authorsFault ? lastWord : `the runtime ended with exit code ${exitCode}: ${lastWord}`;
}

function containersOf({ status }: Pod): ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}

const maxLogCharacters = 8192;
const maxLogLines = 40;

function lastLines(text: string): string[] {
  const lines = text.slice(-maxLogCharacters).split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '').slice(-maxLogLines);
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** How often this build has been tried, this time included. */
export function attemptOf({ metadata }: Job): number {
  const attempt = Number(metadata.annotations?.[attemptAnnotation] ?? 1);
  return Number.isInteger(attempt) && attempt > 0 ? attempt : 1;
}

const firstRetryMs = 10_000;
const longestRetryMs = 30 * 60_000;

/** Milliseconds until a build that failed is tried again: 10 s, 40 s, 160 s, … from its end, at most half an hour. */
export function retryDelayMs(job: Job, nowMs: number): number {
  const pause = Math.min(longestRetryMs, firstRetryMs * 4 ** (attemptOf(job) - 1));
  const ended = job.status?.conditions?.find(({ type }) => type === 'Failed')?.lastTransitionTime;
  const since = ended === undefined ? 0 : nowMs - Date.parse(ended);
  return Math.max(0, pause - since);
}
