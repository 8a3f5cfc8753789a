import type { Server } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { DrainConfig } from './config.ts';

export interface DrainOptions {
  servers: readonly Server[];
  config: DrainConfig;
  clock: Clock;
  /** From now on new calls are refused. */
  refuseCalls: () => void;
  /** Kills what is still running. */
  killCalls: () => void;
  /** Resolves when no call is in flight. */
  idle: () => Promise<void>;
}

/**
 * Ends serving without a failed call where that is possible: calls are taken for a moment, then refused, those in flight
 * have some time to finish, and what is left is killed.
 */
export async function drain({
  servers,
  config,
  clock,
  refuseCalls,
  killCalls,
  idle,
}: DrainOptions): Promise<void> {
  await clock.sleep(config.delayMs);
  refuseCalls();
  for (const server of servers) {
    server.close();
    server.closeIdleConnections();
  }
  const late = new AbortController();
  const grace = clock.sleep(config.graceMs, late.signal).catch(() => undefined);
  await Promise.race([idle(), grace]);
  late.abort();
  killCalls();
  await Promise.race([idle(), clock.sleep(killMs)]);
  for (const server of servers) server.closeAllConnections();
}

/** Killed calls answer their callers within this. */
const killMs = 1000;
