import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Sends exactly these bytes and returns all that comes back until the server closes, as latin1. */
export async function rawExchange(
  port: number,
  bytes: string,
  options: { end?: boolean } = {},
): Promise<string> {
  const socket = await rawSocket(port);
  socket.write(bytes, 'latin1');
  if (options.end) socket.end();
  return readAll(socket);
}

export async function rawSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the end; a reset is an end, too. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const end = (): void => {
      resolve(text);
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('end', end);
    socket.on('error', end);
    socket.on('close', end);
  });
}

/** Resolves when the text received so far matches. */
export function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const accept = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      if (!pattern.test(text)) return;
      socket.off('data', accept);
      resolve(text);
    };
    socket.on('data', accept);
    socket.once('close', () => reject(new Error(`closed after: ${text}`)));
    socket.on('error', () => undefined);
  });
}
