import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { tiedCommand } from '../../lib/tied-process.ts';
import { identify, signalProcess, type ProcessIdentity } from './process-identity.ts';
import { readyLine } from './ready-line.ts';
import { failuresAfter, restartDelay } from './restart-delay.ts';
import type { RotatingLog } from './rotating-log.ts';
import type { PartRecord } from './supervisor-record.ts';

export interface PartSpec {
  name: string;
  /** Program and arguments. It prints a line `{"ready":true,…}` on its standard output once it serves. */
  argv: readonly [string, ...string[]];
  env: Record<string, string>;
  /** Between SIGTERM and SIGKILL. */
  stopGraceMs: number;
  /** It does its work and ends with exit code 0, and that is when it is ready. */
  once?: boolean;
}

export interface PartOptions {
  spec: PartSpec;
  output: RotatingLog;
  clock: Clock;
  log: Logger;
  onChange: () => void;
}

interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  readyForMs: number | null;
}

/** One program that is kept running: started again whenever it ends, until stop(). */
export class Part {
  readonly #options: PartOptions;
  readonly #stopping = new AbortController();
  readonly #firstReady = Promise.withResolvers<void>();
  #record: PartRecord;
  #loop: Promise<void> | undefined;

  constructor(options: PartOptions) {
    this.#options = options;
    this.#record = { name: options.spec.name, process: null, state: 'starting', restarts: 0 };
    this.#firstReady.promise.catch(() => undefined); // start() hands it out; stop() may come first
  }

  get record(): PartRecord {
    return this.#record;
  }

  /** Resolves when it serves for the first time; rejects when its very first run ends before that. */
  start(): Promise<void> {
    this.#loop ??= this.#keepRunning();
    return this.#firstReady.promise;
  }

  /** SIGTERM, and SIGKILL for its whole process group when the grace is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const running = this.#record.process;
    if (running !== null) signalProcess(running, 'SIGTERM');
    const timer = setTimeout(() => {
      if (running !== null) signalProcess(running, 'SIGKILL', true);
    }, this.#options.spec.stopGraceMs);
    await this.#loop;
    clearTimeout(timer);
    this.#change({ state: 'stopped', process: null });
  }

  async #keepRunning(): Promise<void> {
    const { spec, log, clock, output } = this.#options;
    const stopped = this.#stopping.signal;
    for (let failures = 0; !stopped.aborted;) {
      const from = output.size;
      const ending = await this.#runOnce();
      if (stopped.aborted) break;
      if (spec.once === true && ending.code === 0) return this.#done();
      failures = failuresAfter(ending, failures);
      log.warn({ part: spec.name, ...ending, failures }, 'part ended, starting it again');
      if (this.#record.restarts === 0 && ending.readyForMs === null)
        this.#firstReady.reject(startFailed(spec.name, ending, lastWords(output.textSince(from))));
      this.#change({ state: 'waiting', process: null, restarts: this.#record.restarts + 1 });
      await clock.sleep(restartDelay(failures), stopped).catch(() => undefined);
    }
    this.#firstReady.reject(new PlatformError('draining', `${spec.name} was stopped before it was ready`));
  }

  #done(): void {
    this.#change({ state: 'stopped', process: null });
    this.#firstReady.resolve();
  }

  async #runOnce(): Promise<Ending> {
    const { clock, output } = this.#options;
    const from = output.size;
    const child = this.#spawn();
    const process = child.pid === undefined ? null : identify(child.pid);
    this.#change({ state: 'starting', process });
    const gone = new AbortController();
    const readyAt = this.#watchReady(from, gone.signal);
    const { code, signal } = await ended(child);
    gone.abort();
    killRest(process);
    const since = await readyAt;
    return { code, signal, readyForMs: since === null ? null : clock.monotonic() - since };
  }

  /** When it became ready; null when it ended before that. */
  async #watchReady(from: number, signal: AbortSignal): Promise<number | null> {
    const { clock, log, output, spec } = this.#options;
    if (!(await readyLine({ path: output.path, from, clock, signal }))) return null;
    log.info({ part: spec.name, pid: this.#record.process?.pid }, 'part is ready');
    this.#change({ state: 'ready' });
    this.#firstReady.resolve();
    return clock.monotonic();
  }

  #spawn(): ChildProcess {
    const { spec, output } = this.#options;
    // No part is left without a supervisor.
    const [program, ...args] = tiedCommand('TERM', spec.argv, process.pid);
    return spawn(program, args, {
      env: spec.env,
      // A process group of its own, so that its helpers can be killed with it.
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
  }

  #change(fields: Partial<PartRecord>): void {
    this.#record = { ...this.#record, ...fields };
    this.#options.onChange();
  }
}

/** A part that was killed may leave helpers in its process group; they go before the next one starts. */
function killRest(leader: ProcessIdentity | null): void {
  if (leader === null) return;
  try {
    process.kill(-leader.pid, 'SIGKILL');
  } catch {
    // ESRCH: none
  }
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

function startFailed(name: string, { code, signal }: Ending, said: string): PlatformError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const message = `${name} ended with ${how} before it was ready${said === '' ? '' : `: ${said}`}`;
  return new PlatformError('start_failed', message, { data: { part: name } });
}

/** What a program that cannot start says last, its log lines left out. */
function lastWords(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return lines.slice(-3).join('\n');
}
