import type { Duplex } from 'node:stream';
import type { KontainerSpec } from './spec.ts';

/** How a call's Kontainer came to be: `waiting` was started ahead, the others were started for the call. */
export type StartKind = 'waiting' | 'fork' | 'first' | 'cold';

/** `closed`: it closed its connection before its answer was complete, and lives on or has not been reported dead yet. */
export type KillReason =
  | 'timeout'
  | 'caller_gone'
  | 'closed'
  | 'done'
  | 'shutdown'
  | 'response_too_large'
  | 'idle';

export interface Exit {
  /** Exit code of the Kontainer's first process; null when a signal ended it or it is not known. */
  code: number | null;
  signal: number | null;
  /** A memory limit was hit and the kernel killed a process of it. */
  outOfMemory: boolean;
  /** Why we killed it, if we did. */
  killed: KillReason | null;
  cpuMicros: number;
  /** 0 when the kernel cannot tell: of a fork, on cgroup v2 before Linux 6.12. */
  memoryPeakBytes: number;
}

export type OutputStream = 'stdout' | 'stderr';
export type OutputSink = (stream: OutputStream, chunk: Buffer) => void;

/** The single-use sandbox: used for exactly one exchange, then destroyed. */
export interface Kontainer extends AsyncDisposable {
  readonly id: string;
  readonly start: StartKind;
  /** Unix socket that takes the one connection; another process of the server may connect to it instead of `connect`. */
  readonly socketPath: string;
  /** The byte stream of that one exchange. Call it once. */
  connect(): Duplex;
  /** Resolves once no process of it is left; never rejects. */
  readonly exited: Promise<Exit>;
  /** Immediate; leaves no process, mount, cgroup or file. The first reason counts. */
  kill(reason: KillReason): void;
}

export interface StartOptions {
  /** Receives what the Kontainer prints, already cut at `limits.logBytes`. */
  output: OutputSink;
  signal: AbortSignal;
  /** Environment of this call, for the protocols that start a program per call (`cgi`). */
  callEnv?: Record<string, string>;
}

/** All that this node keeps ready for one version of one function. */
export interface Template extends AsyncDisposable {
  readonly spec: KontainerSpec;
  /** Starts a Kontainer, or hands out a waiting one. Rejects with `start_failed` or `out_of_memory` and the reason. */
  start(options: StartOptions): Promise<Kontainer>;
  /** Bytes it holds while no call runs, as far as it knows. */
  readonly memoryBytes: number;
}

export interface KontainerDriver extends AsyncDisposable {
  /**
   * Cheap: nothing is started before the first call. `files`: a folder that lies over the image's file system, as layers
   * are stored; it must stay until the Template is disposed of.
   */
  prepare(spec: KontainerSpec, files?: string): Template;
}
