import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ExecError, type StopReason } from './exec-error.ts';
import { OutputTail } from './output-tail.ts';

export interface ExecOptions {
  /** Wall time; SIGTERM at its end, SIGKILL `killGraceMs` later. */
  timeoutMs: number;
  /** More standard output than this kills the program and is an error. Default 1 MiB. */
  maxOutputBytes?: number;
  signal?: AbortSignal;
  /** The whole environment; without it the program inherits ours. */
  env?: Record<string, string>;
  cwd?: string;
  /** Written to its standard input, which is empty and closed otherwise. */
  input?: string | Uint8Array;
  /** Default 2 s. */
  killGraceMs?: number;
}

export interface ExecResult {
  stdout: Buffer;
  /** The last 64 KiB. */
  stderr: string;
}

interface Outcome {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  cause?: unknown;
}

const defaultMaxOutput = 1024 * 1024;
const stderrTailBytes = 64 * 1024;
const defaultKillGraceMs = 2000;

/**
 * Runs a program to its end, from an argument array, never through a shell. Rejects with ExecError when it cannot start,
 * exits with something else than 0, is ended by a signal, runs too long, prints too much, or the signal aborts.
 */
export async function exec(file: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const run = new Run(file, args, options);
  const outcome = await run.outcome();
  const { stdout, stderr, stopped } = run;
  if (outcome.exitCode === 0 && stopped === null) return { stdout: stdout.bytes(), stderr: stderr.text() };
  const output = { stdout: stdout.text(), stderr: stderr.text() };
  throw new ExecError({ file, args, ...outcome, stopped, timeoutMs: options.timeoutMs, ...output });
}

class Run {
  readonly stdout: OutputTail;
  readonly stderr = new OutputTail(stderrTailBytes);
  stopped: StopReason | null = null;
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #options: ExecOptions;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(file: string, args: readonly string[], options: ExecOptions) {
    this.#file = file;
    this.#args = args;
    this.#options = options;
    this.stdout = new OutputTail(options.maxOutputBytes ?? defaultMaxOutput);
  }

  async outcome(): Promise<Outcome> {
    const { signal, timeoutMs } = this.#options;
    if (signal?.aborted) {
      this.stopped = 'aborted';
      return { exitCode: null, signal: null, cause: signal.reason };
    }
    const child = this.#spawn();
    const onAbort = (): void => this.#stop(child, 'aborted');
    const timer = setTimeout(() => this.#stop(child, 'timeout'), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#ended(child);
    } finally {
      clearTimeout(timer);
      clearTimeout(this.#killTimer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #spawn(): ChildProcess {
    const { cwd, env, input } = this.#options;
    const child = spawn(this.#file, this.#args, {
      cwd,
      env,
      // A process group of its own, so that what it started itself is ended with it.
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => undefined); // EPIPE of a program that does not read: its exit code tells
    child.stdin?.end(input);
    return child;
  }

  #ended(child: ChildProcess): Promise<Outcome> {
    this.#collect(child.stdout, (chunk) => {
      if (this.stdout.push(chunk)) return;
      this.#stop(child, 'output_too_large');
    });
    this.#collect(child.stderr, (chunk) => void this.stderr.push(chunk));
    return new Promise((resolve) => {
      child.once('error', (cause) => resolve({ exitCode: null, signal: null, cause }));
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    });
  }

  #collect(stream: Readable | null, onChunk: (chunk: Buffer) => void): void {
    stream?.on('data', onChunk);
  }

  #stop(child: ChildProcess, reason: StopReason): void {
    if (this.stopped !== null) return;
    this.stopped = reason;
    killGroup(child, 'SIGTERM');
    const grace = this.#options.killGraceMs ?? defaultKillGraceMs;
    this.#killTimer = setTimeout(() => {
      killGroup(child, 'SIGKILL');
      // A grandchild that left the group may hold the pipes open: do not wait for it.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, grace);
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: it has ended already
  }
}
