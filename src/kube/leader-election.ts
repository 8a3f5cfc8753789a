import { PlatformError } from '../lib/errors.ts';
import { LeaseCandidate, type LeaseOptions } from './lease-candidate.ts';

export interface LeaderElectionOptions extends Omit<LeaseOptions, 'durationSeconds' | 'renewDeadlineMs'> {
  random: () => number;
  /** How long others wait after the last renewal. Whole seconds. Default 15. */
  durationSeconds?: number;
  /** Without a renewal for so long the leader stops: below the duration, so that it stops before another starts. Default 10,000. */
  renewDeadlineMs?: number;
  /** Default 2,000. */
  retryMs?: number;
}

/**
 * Runs `lead` while this process holds the Lease, again after each loss; resolves when the signal has aborted or `lead` has
 * ended by itself, and rejects as `lead` does. `lead` gets a signal that aborts when leadership or the program ends and must
 * stop all writes then. The Lease is renewed until it has, and only then released.
 */
export async function runAsLeader(
  options: LeaderElectionOptions,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const settings = { durationSeconds: 15, renewDeadlineMs: 10_000, retryMs: 2_000, ...options };
  checkTimings(settings);
  const candidate = new LeaseCandidate(settings);
  while (await acquire(settings, candidate, signal)) {
    options.log.info({ lease: options.lease, identity: options.identity }, 'became the leader');
    const end = await hold(settings, candidate, { signal, lead });
    if (end === 'finished') return;
    options.log.error({ lease: options.lease, identity: options.identity }, 'lost the leadership');
  }
}

type Settings = LeaderElectionOptions & { durationSeconds: number; renewDeadlineMs: number; retryMs: number };

function checkTimings({ durationSeconds, renewDeadlineMs, retryMs }: Settings): void {
  if (retryMs >= renewDeadlineMs || renewDeadlineMs >= durationSeconds * 1000)
    throw new PlatformError('internal', 'leader election needs retry < renewDeadline < duration');
}

/** False once the signal has aborted. */
async function acquire(settings: Settings, candidate: LeaseCandidate, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    await candidate.claim(settings.renewDeadlineMs, signal);
    if (candidate.validMs > 0) return true;
    await pause(settings, settings.retryMs, signal);
  }
  return false;
}

async function hold(
  settings: Settings,
  candidate: LeaseCandidate,
  { signal, lead }: { signal: AbortSignal; lead: (signal: AbortSignal) => Promise<void> },
): Promise<'finished' | 'lost'> {
  const lost = new AbortController();
  const settled = new AbortController();
  const work = lead(AbortSignal.any([signal, lost.signal])).finally(() => settled.abort());
  // It is awaited below; until then its failure must not count as unhandled.
  work.catch(() => undefined);
  try {
    const end = await renew(settings, candidate, settled.signal);
    if (end === 'lost') lost.abort(new PlatformError('not_ready', 'the leadership was lost'));
    await work;
    return signal.aborted ? 'finished' : end;
  } finally {
    await candidate.release();
  }
}

/** Keeps the Lease until `settled` aborts. Requests are not cut off by that: a release needs to know the last version. */
async function renew(
  settings: Settings,
  candidate: LeaseCandidate,
  settled: AbortSignal,
): Promise<'finished' | 'lost'> {
  while (candidate.validMs > 0) {
    await pause(settings, Math.min(settings.retryMs, candidate.validMs), settled);
    if (settled.aborted) return 'finished';
    if (candidate.validMs > 0) await candidate.claim(candidate.validMs);
  }
  return 'lost';
}

/** Up to a fifth longer, so that candidates do not come in step. */
async function pause({ clock, random }: Settings, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms * (1 + random() / 5), signal).catch(() => undefined);
}
