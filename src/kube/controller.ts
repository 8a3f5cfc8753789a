import { whenAborted } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import { errorMessage } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { ControllerSource } from './controller-source.ts';
import { WorkQueue } from './workqueue.ts';

/** Look again after so long; nothing means that an event will tell. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- a reconcile that is just done returns nothing
export type ReconcileResult = void | { requeueAfterMs: number };

/**
 * Makes the world match the object that `key` (`namespace/name`) names: reads all the state that it needs, then writes.
 * Level-based: it is told neither what happened nor how often.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>;

/** The only four ways a reconcile ends. */
export const outcomes = ['done', 'requeue', 'retry', 'terminal'] as const;
export type Outcome = (typeof outcomes)[number];

/** Trying again cannot help until the object changes. Every other error is retried with back-off. */
export class TerminalError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

export interface ControllerMetrics {
  /** Called once with each outcome and a count of 0 at the start, so that zero is visible, then with 1 each time. */
  countOutcome(outcome: Outcome, count: 0 | 1): void;
  observeDuration(seconds: number): void;
  setQueueLength(length: number): void;
}

export interface ControllerOptions {
  /** For logs. */
  name: string;
  reconcile: Reconcile;
  sources: readonly ControllerSource[];
  /** Keys worked on at a time. Default 1. */
  concurrency?: number;
  clock: Clock;
  random: () => number;
  log: Logger;
  metrics?: ControllerMetrics;
  backoffBaseMs?: number;
  backoffCapMs?: number;
}

/**
 * Runs until the signal aborts: waits for the sources to be complete, then reconciles what they name. Resolves when the
 * last reconcile has ended; each gets a signal that aborts at shutdown. Never rejects.
 */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const queue = new WorkQueue(options);
  const end = whenAborted(signal);
  for (const outcome of outcomes) options.metrics?.countOutcome(outcome, 0);
  // What failed so far was about the object as it was: after an edit the delays begin anew.
  const changed = (key: string): void => {
    queue.forget(key);
    queue.add(key);
  };
  const unsubscribe = options.sources.map((source) => source.start(changed));
  try {
    await Promise.race([Promise.all(options.sources.map((source) => source.synced())), end]);
    const workers = Array.from({ length: options.concurrency ?? 1 }, () => work(options, queue, signal));
    await end;
    queue.close();
    await Promise.all(workers);
  } catch (error) {
    options.log.error(
      { err: error, controller: options.name },
      'a source of a controller never became complete',
    );
  } finally {
    queue.close();
    for (const stop of unsubscribe) stop();
  }
}

async function work(options: ControllerOptions, queue: WorkQueue, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const key = await queue.take();
    if (key === undefined) return;
    options.metrics?.setQueueLength(queue.size);
    const start = options.clock.monotonic();
    const outcome = await settle(options, queue, key, signal);
    queue.done(key);
    options.metrics?.observeDuration((options.clock.monotonic() - start) / 1000);
    if (!signal.aborted) options.metrics?.countOutcome(outcome, 1);
  }
}

async function settle(
  options: ControllerOptions,
  queue: WorkQueue,
  key: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const log = options.log.child({ controller: options.name, key });
  try {
    const result = await options.reconcile(key, signal);
    queue.forget(key);
    if (!result) return 'done';
    queue.addAfter(key, result.requeueAfterMs);
    return 'requeue';
  } catch (error) {
    if (error instanceof TerminalError) {
      queue.forget(key);
      log.warn({ err: error }, 'reconcile gave up until the object changes');
      return 'terminal';
    }
    const delayMs = queue.retry(key);
    if (!signal.aborted)
      log.warn({ err: error, reason: errorMessage(error), delayMs }, 'reconcile failed, will retry');
    return 'retry';
  }
}
