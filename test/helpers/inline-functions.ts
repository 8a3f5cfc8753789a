import type { Socket } from 'node:net';
import type { InlineFunction } from './inline-driver.ts';

/** Waits for the end of the request's headers, then writes these bytes and ends. */
export function respond(bytes: string | Buffer): InlineFunction {
  return async ({ socket, exit }) => {
    await requestHead(socket);
    socket.write(bytes);
    exit({ code: 0 });
  };
}

/** Answers with the request as it came in: head and body of at most what was announced, or all chunks. */
export const echo: InlineFunction = async ({ socket, exit }) => {
  const request = await wholeRequest(socket);
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${request.length}\r\n\r\n`);
  socket.write(request);
  exit({ code: 0 });
};

/** Reads until the empty line that ends the headers. */
export function requestHead(socket: Socket): Promise<string> {
  return readUntilText(socket, (text) => text.includes('\r\n\r\n')).then((bytes) => bytes.toString('latin1'));
}

export function wholeRequest(socket: Socket): Promise<Buffer> {
  return readUntilText(socket, isWhole);
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return false;
  if (/\r\ntransfer-encoding: chunked\r\n/i.test(text)) return /\r\n0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(text);
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text);
  return text.length - end - 4 >= Number(length?.[1] ?? 0);
}

function readUntilText(socket: Socket, done: (text: string) => boolean): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const accept = (chunk: Buffer): void => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (!done(all.toString('latin1'))) return;
      socket.off('data', accept);
      resolve(all);
    };
    socket.on('data', accept);
  });
}
