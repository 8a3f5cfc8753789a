import type { Clock } from '../../lib/clock.ts';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Home } from './home.ts';
import { endLeftovers } from './leftovers.ts';
import { Part, type PartSpec } from './part.ts';
import { checkCallPort } from './ports.ts';
import { identify } from './process-identity.ts';
import { RotatingLog } from './rotating-log.ts';
import { readRecord, removeRecord, writeRecord, type SupervisorRecord } from './supervisor-record.ts';

export interface SupervisorOptions {
  home: Home;
  /** Of the calls. */
  port: number;
  sourceKey: string;
  /** In the order of their start; each one starts when those before it are ready. */
  parts: readonly PartSpec[];
  clock: Clock;
  log: Logger;
  /** Aborted to stop. */
  signal: AbortSignal;
}

const rotateEveryMs = 5000;

/**
 * Starts the parts in order, keeps them running until the signal aborts, stops them in reverse order. The caller holds the
 * lock of the home. Rejects, with nothing left running, when a part cannot be started for the first time.
 */
export async function supervise(options: SupervisorOptions): Promise<void> {
  await endLeftovers(readRecord(options.home), options.clock);
  const supervisor = new Supervisor(options);
  try {
    await supervisor.start();
    await aborted(options.signal);
  } catch (error) {
    supervisor.fail(error);
    throw error;
  } finally {
    await supervisor.stop();
  }
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #logs: RotatingLog[];
  readonly #parts: Part[];
  readonly #rotation: NodeJS.Timeout;
  #record: SupervisorRecord;

  constructor(options: SupervisorOptions) {
    const { home, port, sourceKey, parts, clock, log } = options;
    const supervisor = identify(process.pid);
    if (supervisor === null) throw new PlatformError('internal', '/proc is not mounted');
    this.#options = options;
    this.#logs = parts.map(({ name }) => new RotatingLog({ path: `${home.logs}/${name}.log` }));
    this.#record = { supervisor, state: 'starting', port, sourceKey, parts: [] };
    this.#parts = parts.map((spec, index) => {
      const output = this.#logs[index];
      if (output === undefined) throw new PlatformError('internal', 'a part without a log');
      return new Part({ spec, output, clock, log, onChange: () => this.#save() });
    });
    this.#rotation = setInterval(() => this.#logs.forEach((file) => file.rotateIfLarge()), rotateEveryMs);
  }

  async start(): Promise<void> {
    this.#save();
    // Under the lock, and after what a crash left is gone: only another program can have it now.
    await checkCallPort(this.#options.port);
    for (const part of this.#parts) {
      if (this.#options.signal.aborted) return;
      await Promise.race([part.start(), aborted(this.#options.signal)]);
    }
    this.#change({ state: 'ready' });
    this.#options.log.info({ parts: this.#parts.length }, 'all parts are ready');
  }

  /** The reason stays in the record for `up` to tell. */
  fail(error: unknown): void {
    const { message, hint } = toPlatformError(error);
    this.#change({ state: 'failed', failure: { message, hint: hint ?? '' } });
  }

  async stop(): Promise<void> {
    if (this.#record.state !== 'failed') this.#change({ state: 'stopping' });
    for (const part of this.#parts.toReversed()) await part.stop();
    clearInterval(this.#rotation);
    for (const file of this.#logs) file[Symbol.dispose]();
    if (this.#record.state !== 'failed') removeRecord(this.#options.home);
  }

  #change(fields: Partial<SupervisorRecord>): void {
    this.#record = { ...this.#record, ...fields };
    this.#save();
  }

  #save(): void {
    const parts = this.#parts?.map((part) => part.record) ?? [];
    this.#record = { ...this.#record, parts };
    writeRecord(this.#options.home, this.#record);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
