import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Home } from './home.ts';
import { checkSpace } from './home-folder.ts';
import { isAlive } from './process-identity.ts';
import { RotatingLog } from './rotating-log.ts';
import { settingsKey } from './settings-key.ts';
import { shutDown } from './shut-down.ts';
import { readRecord, type SupervisorRecord } from './supervisor-record.ts';

export interface LaunchOptions {
  home: Home;
  port: number;
  sourceKey: string;
  /** Program and arguments of the supervisor, which is started detached. */
  supervisor: readonly string[];
  env: Record<string, string | undefined>;
  clock: Clock;
  /** How long to wait until everything is ready. */
  timeoutMs: number;
}

export interface Launched {
  record: SupervisorRecord;
  /** `running`: there was nothing to do. */
  how: 'started' | 'restarted' | 'running';
}

const pollMs = 25;

/** Makes an instance run in this home, with these sources, this port and these settings, and waits until it is ready. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { home, clock } = options;
  const before = runningRecord(home);
  const wanted = before !== null && isWanted(before, options);
  if (wanted && before.state === 'ready') return { record: before, how: 'running' };
  if (wanted && before.state === 'starting')
    return { record: await untilReady(options, null), how: 'started' };
  checkSpace(home.root);
  if (before !== null) await shutDown({ home, clock });
  const child = startDetached(options);
  try {
    return { record: await untilReady(options, child), how: before === null ? 'started' : 'restarted' };
  } finally {
    // Somebody else's `up` was quicker: ours still waits for the lock.
    if (readRecord(home)?.supervisor.pid !== child.pid) child.kill();
    child.unref();
  }
}

/** The record of a supervisor that lives, or null. */
export function runningRecord(home: Home): SupervisorRecord | null {
  const record = readRecord(home);
  return record !== null && record.state !== 'failed' && isAlive(record.supervisor) ? record : null;
}

function isWanted(record: SupervisorRecord, { port, sourceKey, env }: LaunchOptions): boolean {
  const isSame = record.port === port && record.sourceKey === sourceKey;
  return isSame && record.settingsKey === settingsKey(env);
}

function startDetached({ home, supervisor, env }: LaunchOptions): ChildProcess {
  mkdirSync(home.logs, { recursive: true, mode: 0o750 });
  using log = new RotatingLog({ path: `${home.logs}/supervisor.log` });
  log.rotateIfLarge();
  // flock(1) keeps the lock's descriptor open in the program it becomes, and in no other process: it is free exactly when the
  // supervisor is gone, however it went.
  const child = spawn('flock', ['--timeout', '10', '--no-fork', home.lock, ...supervisor], {
    detached: true,
    env,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.on('error', () => undefined); // no flock: it has no pid, and untilReady() says so
  return child;
}

/** `child` is ours if we started one. Only one supervisor holds the lock, so it does not matter whose record says ready. */
async function untilReady(options: LaunchOptions, child: ChildProcess | null): Promise<SupervisorRecord> {
  const { home, clock, timeoutMs } = options;
  const end = clock.monotonic() + timeoutMs;
  while (clock.monotonic() < end) {
    const record = readRecord(home);
    const alive = record !== null && isAlive(record.supervisor);
    if (alive && record.state === 'ready') return record;
    // A record of an earlier failure may still lie there.
    if (!alive && hasEnded(child)) throw failed(home, record?.supervisor.pid === child?.pid ? record : null);
    await clock.sleep(pollMs);
  }
  throw new PlatformError('not_ready', `it was not ready within ${Math.round(timeoutMs / 1000)} s`, {
    hint: `See the logs in ${home.logs}.`,
  });
}

function hasEnded(child: ChildProcess | null): boolean {
  return child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function failed(home: Home, record: SupervisorRecord | null): PlatformError {
  const { message = 'the supervisor ended before it was ready', hint = '' } = record?.failure ?? {};
  return new PlatformError('start_failed', message, { hint: hint || `See the logs in ${home.logs}.` });
}
