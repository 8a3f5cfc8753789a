import type { Readable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';

export interface Output {
  write(chunk: string | Uint8Array): unknown;
  /** True for a terminal: colours and progress are for people only. */
  readonly isTTY?: boolean;
  /** Descriptor of this process that is written to. */
  readonly fd?: number;
}

/** All that a command touches outside of itself, so that tests own it. */
export interface Io {
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: Output;
  /** Messages, progress, errors. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Folder of the installation: runtimes for `function run` are in it. */
  readonly root: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** Aborts at SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** One line for the user that is no data. */
export function say(io: Pick<Io, 'stderr'>, line: string): void {
  io.stderr.write(`${line}\n`);
}
