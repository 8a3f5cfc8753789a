import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { sweepLeases } from '../oci/bundle-leases.ts';
import type { CollectionGuard } from '../oci/collection-guard.ts';
import { collectGarbage } from '../oci/garbage.ts';
import type { DownloaderMetrics } from './downloader-metrics.ts';

export interface GarbageLoopOptions {
  root: string;
  guard: CollectionGuard;
  clock: Clock;
  metrics: DownloaderMetrics;
  log: Logger;
  /** Between two looks. */
  intervalMs: number;
  /** A version stays so long after it was replaced, leased or not. */
  graceMs: number;
  /** A faas-server that gave no sign of life for so long is gone, and its leases with it. */
  leaseStaleMs: number;
}

/** What failed pulls left is looked for less often than versions that were replaced: it means reading all bundles. */
const roundsPerSweep = 10;

/** Collects what nothing needs any more, until the signal aborts. A failure is logged and tried again. */
export async function runGarbageLoop(options: GarbageLoopOptions, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      await collectOnce(options, round % roundsPerSweep === 0);
    } catch (err) {
      options.log.error({ err }, 'garbage could not be collected; it is tried again');
    }
    await options.clock.sleep(options.intervalMs, signal).catch(() => undefined);
  }
}

async function collectOnce(options: GarbageLoopOptions, sweepAll: boolean): Promise<void> {
  const { root, guard, clock, metrics, log, graceMs, leaseStaleMs } = options;
  const nowMs = clock.now();
  const servers = await sweepLeases(root, { nowMs, staleMs: leaseStaleMs });
  if (servers.length > 0) log.warn({ servers }, 'leases of servers without a sign of life removed');
  const collected = await collectGarbage(root, guard, { nowMs, graceMs, sweepAll });
  for (const [kind, count] of Object.entries(collected)) metrics.collected.inc({ kind }, count);
  if (Object.values(collected).some((count) => count > 0)) log.info(collected, 'garbage collected');
}
