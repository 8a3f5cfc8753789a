import { createReadStream } from 'node:fs';
import type { Socket } from 'node:net';
import { headerValues, isFieldValue, listItems, type RawHeaders } from '../lib/http/raw-headers.ts';
import { ResponseParser } from '../lib/http/response-parser.ts';

export type MessageBody = { file: string; size: number } | Buffer;

export interface Message {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the root of the server. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: MessageBody | undefined;
}

export interface Reply {
  status: number;
  headers: RawHeaders;
  body: Buffer;
  /** Whether the connection can be used again. */
  isReusable: boolean;
}

const maxHeadBytes = 64 * 1024;
const maxBodyBytes = 4 * 1024 * 1024;

/** One exchange of HTTP/1.1 over a connection that nobody else uses now. Rejects when it ends before the answer does. */
export async function exchange(socket: Socket, message: Message, signal: AbortSignal): Promise<Reply> {
  const head = headOf(message);
  const reply = receive(socket, message.method);
  const abort = (): void => void socket.destroy(new Error('the registry takes too long'));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    send(socket, head, message.body);
    return await reply;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function headOf({ method, path, headers, body }: Message): string {
  const length = body === undefined ? 0 : Buffer.isBuffer(body) ? body.length : body.size;
  const fields = Object.entries({ ...headers, 'content-length': String(length) });
  const lines = [`${method} ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)];
  if (!lines.every(isFieldValue)) throw new Error('a line of the request has control characters');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function send(socket: Socket, head: string, body: MessageBody | undefined): void {
  if (body === undefined) return void socket.write(head, 'latin1');
  if (Buffer.isBuffer(body)) return void socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  socket.write(head, 'latin1');
  createReadStream(body.file)
    .on('error', (error) => socket.destroy(error))
    .pipe(socket, { end: false });
}

function receive(socket: Socket, method: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const parser = replyParser(method, resolve);
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      socket.destroy();
      reject(error);
    }
  };
  const listeners = {
    data: (chunk: Buffer) => guarded(() => parser.push(chunk)),
    end: () => guarded(() => parser.finish()),
    error: reject,
    close: () => reject(new Error('the registry closed the connection')),
  };
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
  return promise.finally(() => {
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
  });
}

function replyParser(method: string, onEnd: (reply: Reply) => void): ResponseParser {
  const chunks: Buffer[] = [];
  let [status, size, headers, isReusable] = [0, 0, [] as RawHeaders, false];
  return new ResponseParser(
    {
      interim: () => undefined,
      head: (head, framing) => {
        [status, headers] = [head.status, head.headers];
        isReusable =
          framing.kind !== 'until-close' && !listItems(headerValues(headers, 'connection')).includes('close');
      },
      data: (chunk) => {
        size += chunk.length;
        if (size > maxBodyBytes) throw new Error('the answer of the registry is too large');
        chunks.push(chunk);
      },
      end: () => onEnd({ status, headers, body: Buffer.concat(chunks), isReusable }),
    },
    { method, maxHeadBytes },
  );
}
