import type { FlagValues } from './flag-values.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';

export interface Flag {
  /** Without the dashes, as in Kubeless. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly type: 'text' | 'switch';
  /** May be given several times, and split by commas. */
  readonly list?: boolean;
  /** May be given several times; each is one value, commas included. */
  readonly repeatable?: boolean;
  readonly required?: boolean;
  readonly default?: string;
  /** What may be written; shells complete it. */
  readonly choices?: readonly string[];
  readonly description: string;
}

export interface Argument {
  readonly name: string;
  /** What it is, in the message that asks for it: `function name`. */
  readonly what: string;
  readonly kind: 'one' | 'many' | 'optional';
}

export interface Invocation {
  readonly args: readonly string[];
  readonly flags: FlagValues;
  readonly io: Io;
  readonly session: Session;
  /** The table, for completion and help. */
  readonly commands: readonly CommandEntry[];
}

/** Resolves to the exit code if it is not 0. */
export type Run = (invocation: Invocation) => Promise<number | void>;

export interface Command {
  readonly arguments: readonly Argument[];
  readonly flags: readonly Flag[];
  /** More than the summary, for --help and docs/cli.md. */
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly run: Run;
}

/** A row of the command table. The command's file is loaded when it is needed: a start must be short. */
export interface CommandEntry {
  /** `function deploy` */
  readonly path: string;
  /** Other last words: `ls`. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export function firstArgument({ args }: Invocation): string {
  return args[0] ?? '';
}
