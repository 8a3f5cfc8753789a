/** Why we ended a program, if we did. */
export type StopReason = 'timeout' | 'aborted' | 'output_too_large';

export interface ExecErrorFields {
  file: string;
  args: readonly string[];
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stopped: StopReason | null;
  timeoutMs: number;
  stdout: string;
  stderr: string;
  cause?: unknown;
}

/** A program that did not end well. The fields tell how; nobody needs to read the message. */
export class ExecError extends Error {
  readonly file: string;
  readonly args: readonly string[];
  /** Null when a signal ended it, or it never started (then `cause` says why). */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly outputTooLarge: boolean;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;

  constructor(fields: ExecErrorFields) {
    super(describe(fields), fields.cause === undefined ? {} : { cause: fields.cause });
    this.name = 'ExecError';
    this.file = fields.file;
    this.args = fields.args;
    this.exitCode = fields.exitCode;
    this.signal = fields.signal;
    this.timedOut = fields.stopped === 'timeout';
    this.aborted = fields.stopped === 'aborted';
    this.outputTooLarge = fields.stopped === 'output_too_large';
    this.stdout = fields.stdout;
    this.stderr = fields.stderr;
  }
}

/** Names the program only: arguments can hold secrets. */
function describe(fields: ExecErrorFields): string {
  const stderr = fields.stderr.trim();
  return `${fields.file} ${how(fields)}${stderr === '' ? '' : `: ${stderr}`}`;
}

function how({ exitCode, signal, stopped, timeoutMs, cause }: ExecErrorFields): string {
  if (stopped === 'timeout') return `did not end within ${timeoutMs} ms`;
  if (stopped === 'output_too_large') return 'printed more than is allowed';
  if (stopped === 'aborted') return 'was cancelled';
  if (signal !== null) return `was ended by ${signal}`;
  if (exitCode !== null) return `failed with exit code ${exitCode}`;
  return `could not be started${cause instanceof Error ? ` (${cause.message})` : ''}`;
}
