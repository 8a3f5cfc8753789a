import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Turns {
  current: ServerResponse | undefined;
  waiting: (() => void)[];
}

/**
 * Requests of one connection are served one after another, as their answers must go out in order and one may depend on
 * the one before (RFC 9112 §9.3.2). node:http hands pipelined ones over all at once.
 */
export class ConnectionTurns {
  readonly #turns = new WeakMap<object, Turns>();
  readonly #maxWaiting: number;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Runs `serve` when the requests before it on that connection are over. A connection that sends too many is closed. */
  take(socket: Socket, response: ServerResponse, serve: () => Promise<void>): void {
    const turns = this.#of(socket);
    const run = (): void => {
      turns.current = response;
      void serve().finally(() => this.#next(turns));
    };
    if (!turns.current) run();
    else if (turns.waiting.length < this.#maxWaiting) turns.waiting.push(run);
    else socket.destroy();
  }

  /** The answer that is under way on a connection. */
  current(socket: object): ServerResponse | undefined {
    return this.#turns.get(socket)?.current;
  }

  #of(socket: Socket): Turns {
    let turns = this.#turns.get(socket);
    if (!turns) {
      turns = { current: undefined, waiting: [] };
      this.#turns.set(socket, turns);
    }
    return turns;
  }

  #next(turns: Turns): void {
    turns.current = undefined;
    turns.waiting.shift()?.();
  }
}
