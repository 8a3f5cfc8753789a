import { whenAborted } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Home } from './home.ts';
import { endLeftovers } from './leftovers.ts';
import { removeNodeFolders } from './node-folders.ts';
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
  settingsKey: string;
  /** Stages: the parts of one start together, when those of the stages before it are ready. */
  stages: readonly (readonly PartSpec[])[];
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
    await whenAborted(options.signal);
  } catch (error) {
    supervisor.fail(error);
    throw error;
  } finally {
    await supervisor.stop();
  }
}

class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #logs: RotatingLog[] = [];
  readonly #stages: readonly (readonly Part[])[];
  readonly #rotation: NodeJS.Timeout;
  #record: SupervisorRecord;

  constructor(options: SupervisorOptions) {
    const { port, sourceKey, settingsKey, stages } = options;
    const supervisor = identify(process.pid);
    if (supervisor === null) throw new PlatformError('internal', '/proc is not mounted');
    this.#options = options;
    this.#record = { supervisor, state: 'starting', port, sourceKey, settingsKey, parts: [] };
    this.#stages = stages.map((specs) => specs.map((spec) => this.#makePart(spec)));
    this.#rotation = setInterval(() => this.#logs.forEach((file) => file.rotateIfLarge()), rotateEveryMs);
  }

  #makePart(spec: PartSpec): Part {
    const { home, clock, log } = this.#options;
    const output = new RotatingLog({ path: `${home.logs}/${spec.name}.log` });
    this.#logs.push(output);
    return new Part({ spec, output, clock, log, onChange: () => this.#save() });
  }

  /** Rejects when it cannot even write its record: nobody would find what it starts. */
  async start(): Promise<void> {
    writeRecord(this.#options.home, this.#record);
    // Under the lock, and after what a crash left is gone: only another program can have it now.
    await checkCallPort(this.#options.port);
    for (const stage of this.#stages) {
      if (this.#options.signal.aborted) return;
      const ready = Promise.all(stage.map((part) => part.start()));
      await Promise.race([ready, whenAborted(this.#options.signal)]);
    }
    this.#change({ state: 'ready' });
    this.#options.log.info({ parts: this.#stages.flat().length }, 'all parts are ready');
  }

  /** The reason stays in the record for `up` to tell. */
  fail(error: unknown): void {
    const { message, hint } = toPlatformError(error);
    this.#change({ state: 'failed', failure: { message, hint: hint ?? '' } });
  }

  async stop(): Promise<void> {
    if (this.#record.state !== 'failed') this.#change({ state: 'stopping' });
    for (const stage of this.#stages.toReversed()) await Promise.all(stage.map((part) => part.stop()));
    clearInterval(this.#rotation);
    for (const file of this.#logs) file[Symbol.dispose]();
    removeNodeFolders(this.#options.home);
    if (this.#record.state !== 'failed') removeRecord(this.#options.home);
  }

  #change(fields: Partial<SupervisorRecord>): void {
    this.#record = { ...this.#record, ...fields };
    this.#save();
  }

  #save(): void {
    const parts = this.#stages.flat().map((part) => part.record);
    this.#record = { ...this.#record, parts };
    try {
      writeRecord(this.#options.home, this.#record);
    } catch (error) {
      // The disk is full, most likely. The one of before still names this process, and calls need none.
      this.#options.log.error({ err: error }, 'the record of what runs cannot be written');
    }
  }
}
