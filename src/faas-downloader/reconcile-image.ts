import { isDeepStrictEqual } from 'node:util';
import type { Image, StoredImage } from '../api/image.ts';
import { validateImage } from '../api/validate.ts';
import { TerminalError, type Reconcile, type ReconcileResult } from '../kube/controller.ts';
import type { EventRecorder } from '../kube/events.ts';
import { parseKey, type ObjectRef } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { removeBundle } from '../oci/bundle-publish.ts';
import { isBundleName, type BundleName } from '../oci/paths.ts';
import { deployImage, nameOf, type Deployed } from './deploy-image.ts';
import type { DeployEnvironment } from './deploy-request.ts';
import type { DownloaderMetrics } from './downloader-metrics.ts';
import { DeployFailure, toFailure } from './failure.ts';
import type { Report } from './image-status.ts';
import type { ReferencedObjects } from './referenced-objects.ts';
import type { ResolvedRoutes } from './resolve-routes.ts';
import { servedVersion } from './served-version.ts';
import { SlowProgress, type Step } from './slow-progress.ts';
import type { WriteStatus } from './status-writer.ts';

export interface ReconcileImageOptions {
  images: { get(ref: ObjectRef): StoredImage | undefined };
  environment: DeployEnvironment;
  references: ReferencedObjects;
  writeStatus: WriteStatus;
  events: Pick<EventRecorder, 'record'>;
  metrics: DownloaderMetrics;
  /** Tags are resolved again after so long; 0 is only when the spec changes. */
  refreshMs: number;
  clock: Pick<Clock, 'sleep'>;
  log: Logger;
}

/**
 * Keeps the bundle of one Image on this node equal to the object, or away. The version that is served stays until the next
 * one is whole, and while the next one fails.
 */
export function reconcileImage(options: ReconcileImageOptions): Reconcile {
  const { images, refreshMs } = options;
  const refreshed = new Map<string, number>();
  return async (key, signal) => {
    const { namespace = '', name } = parseKey(key);
    const object = images.get({ namespace, name });
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) {
      refreshed.delete(key);
      return remove(options, key, { namespace, name });
    }
    const now = options.environment.clock.now();
    const refresh = refreshMs > 0 && now - (refreshed.get(key) ?? now) >= refreshMs;
    const result = await deployAndReport(options, { key, object, refresh, routes: {} }, signal);
    refreshed.set(key, refresh ? now : (refreshed.get(key) ?? now));
    return result;
  };
}

async function remove(options: ReconcileImageOptions, key: string, bundle: BundleName): Promise<void> {
  const { references, environment, log } = options;
  await references.forget(key, bundle.namespace);
  if (!isBundleName(bundle)) return;
  const { root, guard, clock } = environment;
  await guard.exclusive(() => removeBundle(root, bundle, clock.now()));
  log.info({ key }, 'bundle removed');
}

interface Work {
  key: string;
  object: StoredImage;
  refresh: boolean;
  /** Of the routes, once they are known. */
  routes: Pick<Report, 'routeProblems'>;
}

async function deployAndReport(
  options: ReconcileImageOptions,
  work: Work,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  let deployed: Deployed;
  try {
    deployed = await deploy(options, work, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = toFailure('InternalError', error);
    await reportFailure(options, work, failure, signal);
    if (!failure.retry) throw new TerminalError(failure.message, { cause: failure });
    throw failure;
  }
  await reportReady(options, work, deployed, signal);
  return options.refreshMs > 0 ? { requeueAfterMs: options.refreshMs } : undefined;
}

async function deploy(options: ReconcileImageOptions, work: Work, signal: AbortSignal): Promise<Deployed> {
  const { references, environment, writeStatus, clock, log } = options;
  const { key, object, refresh } = work;
  const image = parse(object);
  const reader = await references.follow(key, image);
  const served = await servedVersion(environment.root, nameOf(image));
  const write = (step: Step) => writeStatus(object, { ...step, served, ...work.routes }, signal);
  await using progress = new SlowProgress({ write, clock, log });
  return await deployImage(
    {
      object: image,
      reader,
      refresh,
      signal,
      onRoutes: ({ document, problems }) => {
        const routeProblems = document === undefined ? null : problems;
        work.routes = { routeProblems };
        reportRoutes(options, object, problems);
      },
      onProgress: (reason, message) => progress.begin({ reason, message }),
    },
    environment,
  );
}

/** The API server checks too, but perhaps by older rules. */
function parse(object: StoredImage): Image {
  const result = validateImage({ apiVersion: 'build.kontain.app/v1', kind: 'Image', ...object });
  if (result.ok) return result.value;
  throw new DeployFailure('InvalidSpec', `${result.problems.join('; ')}.`, { retry: false });
}

async function reportReady(
  options: ReconcileImageOptions,
  { key, object, routes }: Work,
  { digest, changed, notes }: Deployed,
  signal: AbortSignal,
): Promise<void> {
  const { generation = 0 } = object.metadata;
  options.metrics.deploys.inc({ result: 'Ready' });
  await options.writeStatus(
    object,
    { reason: 'Ready', message: `Ready: ${digest}.`, served: { generation, digest }, ...routes },
    signal,
  );
  if (!changed) return;
  options.events.record(asImage(object), {
    type: 'Normal',
    reason: 'Ready',
    message: `Ready to be called: ${digest}.`,
  });
  for (const { reason, count, example } of notes) {
    const message = `${reason} (${count}, the first is ${example}).`;
    options.events.record(asImage(object), { type: 'Normal', reason: 'Changed', message });
  }
  options.log.info({ key, digest, generation, notes }, 'bundle published');
}

/** An event for each that was not there before. */
function reportRoutes(
  { events }: ReconcileImageOptions,
  object: StoredImage,
  problems: ResolvedRoutes['problems'],
): void {
  const before = object.status?.routeProblems ?? [];
  for (const problem of problems) {
    if (before.some((one) => isDeepStrictEqual(one, problem))) continue;
    const { reason, message } = problem;
    events.record(asImage(object), { type: 'Warning', reason, message });
  }
}

async function reportFailure(
  options: ReconcileImageOptions,
  { object, routes }: Work,
  { reason, message }: DeployFailure,
  signal: AbortSignal,
): Promise<void> {
  options.metrics.deploys.inc({ result: reason });
  const { namespace = '', name = '' } = object.metadata;
  const served = await servedVersion(options.environment.root, { namespace, name });
  const text = served === null ? message : `${message} The version of before is still served.`;
  options.events.record(asImage(object), { type: 'Warning', reason, message: text });
  await options.writeStatus(object, { reason, message: text, served, ...routes }, signal);
}

/** Items of a list come without kind, and an event without it leads nowhere. */
const asImage = (object: StoredImage): StoredImage => ({
  ...object,
  apiVersion: 'build.kontain.app/v1',
  kind: 'Image',
});
