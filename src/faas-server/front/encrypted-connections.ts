import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** Both ends of it: what lies on a connection has the address of its caller. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

/**
 * Which connection each TLS socket of a server lies on: Node.js does not tell, and only the connection is there from the
 * beginning, before any handshake.
 */
export class EncryptedConnections {
  readonly #arrived = new Map<string, Socket>();
  readonly #below = new WeakMap<Socket, Socket>();

  constructor(server: Server) {
    server.on('connection', (connection: Socket) => this.#arrive(connection));
    server.on('secureConnection', (socket) => this.#secured(socket));
  }

  /** Undefined where the connection was closed at once. */
  below(socket: Socket): Socket | undefined {
    return this.#below.get(socket);
  }

  #arrive(connection: Socket): void {
    const key = keyOf(connection);
    this.#arrived.set(key, connection);
    connection.once('close', () => {
      // The next one of this address may be here already.
      if (this.#arrived.get(key) === connection) this.#arrived.delete(key);
    });
  }

  #secured(socket: Socket): void {
    const connection = this.#arrived.get(keyOf(socket));
    if (connection !== undefined) this.#below.set(socket, connection);
  }
}
