import type { Socket } from 'node:net';

/**
 * Room for so many connections. Where there is none for one that comes, the one that has been without a request for longest
 * makes it: connections that say nothing, or not all of a request, must not keep callers away, however many they are. Whose
 * request is being served keeps its connection.
 */
export class ConnectionRoom {
  readonly #most: number;
  readonly #all = new Set<Socket>();
  /** Since when each has been so, oldest first. */
  readonly #withoutRequest = new Set<Socket>();

  constructor(most: number) {
    this.#most = most;
  }

  enter(socket: Socket): void {
    if (this.#all.size >= this.#most) this.#close(this.#oldest() ?? socket);
    if (socket.destroyed) return;
    this.#all.add(socket);
    this.#withoutRequest.add(socket);
    socket.once('close', () => this.#forget(socket));
  }

  begun(socket: Socket): void {
    this.#withoutRequest.delete(socket);
  }

  served(socket: Socket): void {
    if (this.#all.has(socket)) this.#withoutRequest.add(socket);
  }

  #oldest(): Socket | undefined {
    const [oldest] = this.#withoutRequest;
    return oldest;
  }

  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#withoutRequest.delete(socket);
  }
}
