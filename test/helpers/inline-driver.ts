import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type {
  Exit,
  KillReason,
  Kontainer,
  KontainerDriver,
  StartKind,
  StartOptions,
  Template,
} from '../../src/kontainer/kontainer.ts';
import type { KontainerSpec } from '../../src/kontainer/spec.ts';

/** What a function of a test can do: it has the raw bytes of its one exchange. */
export interface InlineCall {
  socket: Socket;
  spec: KontainerSpec;
  print: StartOptions['output'];
  callEnv: Record<string, string> | undefined;
  /** Ends the "process"; its socket is closed. */
  exit(exit: Partial<Exit>): void;
}

export type InlineFunction = (call: InlineCall) => void | Promise<void>;

/**
 * A driver whose Kontainers are callbacks of this process behind real Unix sockets: for tests of everything around a
 * Kontainer that need to say exactly which bytes come when. The spec's `args[0]` names the function.
 */
export class InlineDriver implements KontainerDriver {
  readonly #functions: Record<string, InlineFunction>;
  readonly #folder: Promise<string>;
  readonly alive = new Set<InlineKontainer>();
  started = 0;
  templates = 0;
  /** What each Template that is prepared from now on says it holds. */
  memoryBytes = 0;

  constructor(functions: Record<string, InlineFunction>) {
    this.#functions = functions;
    this.#folder = mkdtemp(join(tmpdir(), 'inline-driver-'));
  }

  prepare(spec: KontainerSpec): Template {
    this.templates += 1;
    return {
      spec,
      memoryBytes: this.memoryBytes,
      start: (options) => this.#start(spec, options),
      [Symbol.asyncDispose]: () => {
        this.templates -= 1;
        return Promise.resolve();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.alive].map((kontainer) => kontainer[Symbol.asyncDispose]()));
    await rm(await this.#folder, { recursive: true, force: true });
  }

  async #start(spec: KontainerSpec, options: StartOptions): Promise<Kontainer> {
    this.started += 1;
    const run = this.#functions[spec.args[0] ?? ''];
    if (!run) throw new Error(`the test has no function ${spec.args[0]}`);
    const id = `inline-${this.started}`;
    const kontainer = new InlineKontainer(id, join(await this.#folder, id), (socket) => {
      const exit = (how: Partial<Exit>): void => kontainer.end(how);
      const call = { socket, spec, print: options.output, callEnv: options.callEnv, exit };
      // One that is killed in the middle fails; that is the caller's to see, not the test's.
      Promise.resolve(run(call)).catch(() => exit({ code: 1 }));
    });
    await kontainer.listening;
    this.alive.add(kontainer);
    void kontainer.exited.then(() => this.alive.delete(kontainer));
    return kontainer;
  }
}

const calm: Exit = {
  code: 0,
  signal: null,
  outOfMemory: false,
  killed: null,
  cpuMicros: 1000,
  memoryPeakBytes: 4096,
};

export class InlineKontainer implements Kontainer {
  readonly id: string;
  readonly start: StartKind = 'cold';
  readonly socketPath: string;
  readonly exited: Promise<Exit>;
  readonly listening: Promise<unknown>;
  readonly #server: Server;
  readonly #exit = Promise.withResolvers<Exit>();
  #socket: Socket | undefined;
  #ended = false;

  constructor(id: string, socketPath: string, serve: (socket: Socket) => void) {
    this.id = id;
    this.socketPath = socketPath;
    this.exited = this.#exit.promise;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#socket = socket;
      socket.on('error', () => undefined);
      serve(socket);
    });
    this.#server.maxConnections = 1;
    this.#server.listen(socketPath);
    this.listening = once(this.#server, 'listening');
  }

  connect(): Duplex {
    return connect({ path: this.socketPath, allowHalfOpen: true });
  }

  kill(reason: KillReason): void {
    this.end({ code: null, signal: 9, killed: reason });
  }

  end(exit: Partial<Exit>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#server.close();
    if (exit.killed === undefined) this.#socket?.destroySoon();
    else this.#socket?.destroy();
    // As with a process: the end of its sockets is seen before its end is.
    setImmediate(() => this.#exit.resolve({ ...calm, ...exit }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('done');
    await this.exited;
  }
}
