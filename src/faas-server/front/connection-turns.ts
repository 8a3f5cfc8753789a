import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Turns {
  current: ServerResponse | undefined;
  /** Of the request that came last, whether it is served or waits. */
  latest: ServerResponse | undefined;
  waiting: Turn[];
}

interface Turn {
  response?: ServerResponse;
  run(): void;
}

/**
 * Requests of one connection are served one after another, as their answers must go out in order and one may depend on
 * the one before (RFC 9112 §9.3.2). node:http hands pipelined ones over all at once. What waits behind an answer that closed
 * the connection is not served (§9.6): nobody would hear of it, and its bytes may have been meant as something else.
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
    turns.latest = response;
    const run = (): void => {
      turns.current = response;
      void serve().finally(() => this.#next(socket, turns));
    };
    if (!turns.current) run();
    else if (turns.waiting.length < this.#maxWaiting) turns.waiting.push({ response, run });
    else socket.destroy();
  }

  /** Runs `end` when all requests before it are over: nothing that follows on that connection can be read. */
  last(socket: object, end: () => void): void {
    const turns = this.#turns.get(socket);
    if (turns?.current) turns.waiting.push({ run: end });
    else end();
  }

  /** The answer that is under way on a connection. */
  current(socket: object): ServerResponse | undefined {
    return this.#turns.get(socket)?.current;
  }

  /** The answer to a request of which only a part came: it is not served if it still waits. */
  unfinished(socket: object): ServerResponse | undefined {
    const turns = this.#turns.get(socket);
    if (!turns?.latest || turns.latest.req.complete) return undefined;
    turns.waiting = turns.waiting.filter(({ response }) => response !== turns.latest);
    return turns.latest;
  }

  #of(socket: Socket): Turns {
    let turns = this.#turns.get(socket);
    if (!turns) {
      turns = { current: undefined, latest: undefined, waiting: [] };
      this.#turns.set(socket, turns);
    }
    return turns;
  }

  #next(socket: Socket, turns: Turns): void {
    turns.current = undefined;
    if (socket.writable) turns.waiting.shift()?.run();
    else turns.waiting = [];
  }
}
