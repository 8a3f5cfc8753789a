import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  /** By lower-case name. */
  headers: Map<string, string>;
  body: Buffer;
  /** The body ended as its head said it would. */
  complete: boolean;
}

export interface RequestOptions {
  method?: string;
  target?: string;
  headers?: readonly (readonly [string, string])[];
  body?: string | Buffer;
}

/** Sends one request and reads the answer to its end. */
export async function call(address: string | number, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', target = '/', headers = [], body } = options;
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: function.test', 'Connection: close'];
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const content = Buffer.from(body ?? '');
  if (body !== undefined) lines.push(`Content-Length: ${content.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return parse(await exchange(address, Buffer.concat([head, content])), method);
}

/** Sends bytes as they are; all that comes back until the end. `half` closes our side after them. */
export async function exchange(
  address: string | number,
  bytes: Buffer | string,
  half = false,
): Promise<Buffer> {
  const socket = await open(address);
  if (half) socket.end(bytes);
  else socket.write(bytes);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await ended(socket);
  socket.destroy();
  return Buffer.concat(chunks);
}

export async function open(address: string | number): Promise<Socket> {
  const socket =
    typeof address === 'number'
      ? connect({ port: address, allowHalfOpen: true })
      : connect({ path: address, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

async function ended(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on('end', resolve);
    socket.on('close', resolve);
    // A reset is an end, too.
    socket.on('error', () => resolve());
  });
}

export function parse(bytes: Buffer, method = 'GET'): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no head in ${JSON.stringify(bytes.toString('latin1'))}`);
  const [line = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((each) => [each.slice(0, each.indexOf(':')).toLowerCase(), valueOf(each)]),
  );
  const status = Number(line.split(' ')[1]);
  const rest = bytes.subarray(end + 4);
  if (method === 'HEAD') return { status, headers, body: rest, complete: rest.length === 0 };
  if (headers.get('transfer-encoding') === 'chunked') return { status, headers, ...dechunk(rest) };
  const length = headers.get('content-length');
  return { status, headers, body: rest, complete: length === undefined || Number(length) === rest.length };
}

function valueOf(line: string): string {
  return line.slice(line.indexOf(':') + 1).trim();
}

function dechunk(bytes: Buffer): { body: Buffer; complete: boolean } {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, end), 16);
    if (size === 0 || Number.isNaN(size)) return { body: Buffer.concat(chunks), complete: size === 0 };
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
