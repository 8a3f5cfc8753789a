import type { KubelessFunction } from '../../api/function.ts';
import type { BuildRecord, FailedBuild } from '../../api/function-status.ts';
import type { KubelessConfig } from '../../api/kubeless-config/kubeless-config.ts';
import { formatTime } from '../../kube/conditions.ts';
import { FunctionFailure } from '../failure.ts';
import type { Job } from '../../kube/workload-resources.ts';
import { checkAnnotation, deadlineOf, deadlineSeconds } from './build-job.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildRequest } from './build-request.ts';
import type { BuildJobs } from './build-jobs.ts';
import { checkMark, outerValues, type CheckPlan } from './check-plan.ts';
import { rememberedFailure, rememberFailure } from './failed-build.ts';
import { attemptOf, jobState, retryDelayMs } from './job-state.ts';
import { imageReference } from './image-names.ts';
import type { RegistryImages } from './registry-images.ts';
import type { RegistryTarget } from './registry-target.ts';
import { dependenciesTag, signatureOf } from './signature.ts';

export interface BuildEnvironment {
  registry: RegistryImages;
  jobs: BuildJobs;
  nowMs: () => number;
}

export interface BuildWork {
  object: KubelessFunction;
  plan: BuildPlan;
  config: KubelessConfig;
  check: CheckPlan | undefined;
  target: RegistryTarget;
  /** The last build that failed for good. */
  failed: FailedBuild | undefined;
  signal: AbortSignal;
}

export type BuildOutcome =
  | { kind: 'built'; record: BuildRecord; isNew: boolean }
  | { kind: 'waiting'; reason: 'Queued' | 'Building' | 'Pushing'; message: string; signature: string }
  /** `lasting`: of one that is not tried again. */
  | { kind: 'failed'; failure: FunctionFailure; signature: string; lasting?: FailedBuild };

/**
 * Brings the build of the present source one step on: the image is there, or a Job makes it, or why not. Asks the registry
 * for what it already has, so that nothing is built twice, whoever built it.
 */
export async function ensureBuild(work: BuildWork, environment: BuildEnvironment): Promise<BuildOutcome> {
  const { plan, target, object, signal } = work;
  const runtime = await environment.registry.pinned(plan.runtimeImage, target.auths, signal);
  const signature = signatureOf(plan, runtime.digest);
  const job = environment.jobs.find(object.metadata, signature);
  const state = job === undefined ? undefined : jobState(job, environment.jobs.podsOf(job));
  if (state?.kind === 'running') return { ...state, kind: 'waiting', signature };
  const image = `docker://${target.repository}:${signature}`;
  // What a Job of this build has pushed is asked for always.
  const isAbsent = job === undefined && environment.registry.wasAbsent(image);
  const digest = isAbsent ? undefined : await environment.registry.digest(image, target.auths, signal);
  if (digest !== undefined)
    return { kind: 'built', record: record(work, signature, digest, environment), isNew: job !== undefined };
  if (job === undefined) {
    const failure = rememberedFailure(work.failed, signature, work.check);
    if (failure !== undefined) return failedForGood(work, signature, failure);
    return startBuild(work, { signature, runtime: runtime.image, image, attempt: 1 }, environment);
  }
  return afterFailure(work, job, { signature, runtime: runtime.image, image }, environment);
}

interface Pinned {
  signature: string;
  /** The runtime's image by digest. */
  runtime: string;
  image: string;
}

/** The Job has ended, and the registry has nothing. */
async function afterFailure(
  work: BuildWork,
  job: Job,
  pinned: Pinned,
  environment: BuildEnvironment,
): Promise<BuildOutcome> {
  const { signature } = pinned;
  const state = jobState(job, environment.jobs.podsOf(job));
  // The Job's pods tell it, and may be gone before the Job is.
  const told = state.kind === 'failed' ? rememberedFailure(work.failed, signature, work.check) : undefined;
  if (told !== undefined) return failedForGood(work, signature, told);
  const failure = state.kind === 'failed' ? state.failure : lostImage(pinned.image);
  if (saysNothing(job, failure, work)) return again(work, job, { ...pinned, attempt: 1 }, environment);
  const outer = failure.reason === 'LoadFailed' ? outerValues(work.check) : [];
  if (state.kind === 'failed' && state.final && outer.length === 0) {
    await environment.jobs.deleteInput(work.object.metadata, work.signal);
    return failedForGood(work, signature, failure);
  }
  const delay = retryDelayMs(job, environment.nowMs());
  if (delay <= 0) return again(work, job, { ...pinned, attempt: attemptOf(job) + 1 }, environment);
  return { kind: 'failed', failure: triedAgain(failure, outer, delay), signature };
}

/** About this build: the one that failed was checked with other variables, or had not as much time. */
function saysNothing(job: Job, failure: FunctionFailure, { check, plan }: BuildWork): boolean {
  if (failure.reason === 'BuildTimeout' && deadlineOf(job) !== deadlineSeconds(plan)) return true;
  return job.metadata.annotations?.[checkAnnotation] !== checkMark(check);
}

function triedAgain(
  { reason, message, log }: FunctionFailure,
  outer: readonly string[],
  delay: number,
): FunctionFailure {
  const hint =
    outer.length === 0
      ? ''
      : ` Values from Secrets and ConfigMaps may be missing or wrong: ${outer.join(', ')}.`;
  const options = { retry: delay, ...(log === undefined ? {} : { log }) };
  return new FunctionFailure(reason, `${message}${hint} It is tried again after a while.`, options);
}

async function again(
  work: BuildWork,
  job: Job,
  pinned: Pinned & { attempt: number },
  environment: BuildEnvironment,
): Promise<BuildOutcome> {
  await environment.jobs.delete(job, work.signal);
  return startBuild(work, pinned, environment);
}

function failedForGood({ check }: BuildWork, signature: string, failure: FunctionFailure): BuildOutcome {
  const { reason, message, log } = failure;
  const final = new FunctionFailure(reason, message, { retry: false, ...(log === undefined ? {} : { log }) });
  return { kind: 'failed', failure: final, signature, lasting: rememberFailure(signature, check, final) };
}

function lostImage(image: string): FunctionFailure {
  return new FunctionFailure('PushFailed', `The build ended well, but the registry does not have ${image}.`);
}

async function startBuild(
  work: BuildWork,
  { signature, runtime, image, attempt }: Pinned & { attempt: number },
  { jobs, registry }: BuildEnvironment,
): Promise<BuildOutcome> {
  const { object, plan, config, check, signal } = work;
  if (!jobs.takeSlot(object.metadata, signature, config.buildConcurrency)) {
    const before = jobs.waitingBefore(object.metadata);
    const turn = before === 0 ? 'it is the next one' : `${before} more before it`;
    const message = `The build waits for its turn: ${turn}.`;
    return { kind: 'waiting', reason: 'Queued', message, signature };
  }
  const dependencies = await prepareBuild(work, registry).catch((error: unknown) => {
    jobs.giveSlotBack(object.metadata, signature);
    throw error;
  });
  const request: BuildRequest = {
    object,
    plan,
    config,
    signature,
    runtimeImage: runtime,
    image,
    dependencies,
    check,
    insecureRegistry: !config.registryTlsVerify,
    attempt,
  };
  await jobs.start(request, signal);
  return { kind: 'waiting', reason: 'Building', message: 'The build begins.', signature };
}

/** What earlier builds have installed. Rejects where an image that the Job runs does not exist: its pod would wait for it without end. */
async function prepareBuild(
  work: BuildWork,
  registry: RegistryImages,
): Promise<BuildRequest['dependencies']> {
  const { plan, target, signal } = work;
  const dependencies = await sharedDependencies(work, registry);
  const tools = [dependencies?.exists === true ? undefined : plan.installation, plan.compilation];
  for (const { image } of tools.filter((tool) => tool !== undefined))
    await registry.requireTool(imageReference(image), target.auths, signal);
  return dependencies;
}

async function sharedDependencies(
  { plan, target, signal }: BuildWork,
  registry: RegistryImages,
): Promise<BuildRequest['dependencies']> {
  if (!plan.apart) return undefined;
  const tag = `dependencies-${dependenciesTag(plan)}`;
  const image = `docker://${target.dependencies}:${tag}`;
  return { image, exists: (await registry.digest(image, target.auths, signal)) !== undefined };
}

function record(
  { object, plan, target }: BuildWork,
  signature: string,
  digest: string,
  { nowMs }: BuildEnvironment,
): BuildRecord {
  return {
    digest,
    image: `docker://${target.repository}@${digest}`,
    signature,
    source: plan.source,
    runtime: plan.runtime.name,
    runtimeImage: plan.runtimeImage,
    generation: object.metadata.generation ?? 0,
    time: formatTime(nowMs()),
  };
}
