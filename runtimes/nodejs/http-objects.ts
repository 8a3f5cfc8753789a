import { builtin } from './builtin.ts';
import type { RequestBody } from './request-body.ts';
import { join, type RequestHead } from './request-head.ts';

const { Socket } = builtin('node:net');

const { IncomingMessage, ServerResponse } = builtin('node:http');

/** Node's request with what functions use of Express's; `body` is the whole body, raw. */
export class FunctionRequest extends IncomingMessage {
  body: Buffer = Buffer.alloc(0);

  get originalUrl(): string {
    return this.url ?? '/';
  }

  get path(): string {
    return this.#parsed().pathname;
  }

  /** By name; an array where a name comes several times. */
  get query(): Record<string, string | string[]> {
    const { searchParams } = this.#parsed();
    const names = [...new Set(searchParams.keys())];
    return Object.fromEntries(names.map((name) => [name, single(searchParams.getAll(name))]));
  }

  get hostname(): string {
    return this.#parsed().hostname;
  }

  get protocol(): string {
    return this.get('x-forwarded-proto') ?? 'http';
  }

  get ip(): string | undefined {
    return this.get('x-forwarded-for')?.split(',')[0]?.trim();
  }

  get(name: string): string | undefined {
    const value = this.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  header(name: string): string | undefined {
    return this.get(name);
  }

  #parsed(): URL {
    const host = this.get('x-forwarded-host') ?? this.get('host') ?? 'localhost';
    const base = URL.canParse(`http://${host}`) ? `http://${host}` : 'http://localhost';
    return new URL(`${base}${(this.url ?? '/').replace(/^\/*/, '/')}`);
  }
}

function single(values: string[]): string | string[] {
  return values.length === 1 ? (values[0] ?? '') : values;
}

/** Node's response with what functions use of Express's. */
export class FunctionResponse extends ServerResponse<FunctionRequest> {
  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  set(name: string | Record<string, string>, value?: string | readonly string[]): this {
    if (typeof name === 'string') this.setHeader(name, value ?? '');
    else for (const [key, each] of Object.entries(name)) this.setHeader(key, each);
    return this;
  }

  header(name: string | Record<string, string>, value?: string | readonly string[]): this {
    return this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.getHeader(name)?.toString();
  }

  type(value: string): this {
    return this.set('Content-Type', value);
  }

  json(value: unknown): this {
    this.#defaultType('application/json; charset=utf-8');
    return this.end(JSON.stringify(value));
  }

  send(value?: unknown): this {
    if (typeof value === 'string') this.#defaultType('text/html; charset=utf-8');
    else if (value instanceof Uint8Array) this.#defaultType('application/octet-stream');
    else if (value !== undefined) return this.json(value);
    return this.end(value);
  }

  sendStatus(code: number): this {
    this.statusCode = code;
    return this.type('text/plain; charset=utf-8').end(String(code));
  }

  redirect(location: string): this;
  redirect(code: number, location: string): this;
  redirect(first: number | string, second = ''): this {
    const [code, location] = typeof first === 'number' ? [first, second] : [302, first];
    return this.status(code).set('Location', location).end();
  }

  #defaultType(value: string): void {
    if (!this.hasHeader('Content-Type')) this.setHeader('Content-Type', value);
  }
}

/** Node's objects for a request that was read from a bare stream, whose descriptor the event loop takes over. */
export function makeHttpObjects(
  fd: number,
  head: RequestHead,
  body: RequestBody,
): [FunctionRequest, FunctionResponse] {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The caller going away ends this process from outside; until then nobody has to hear of it.
  socket.on('error', () => undefined);
  const request = new FunctionRequest(socket);
  request.method = head.method;
  request.url = head.target;
  request.httpVersion = `1.${head.minorVersion}`;
  request.httpVersionMajor = 1;
  request.httpVersionMinor = head.minorVersion;
  request.rawHeaders = head.raw;
  request.headers = { ...head.fields };
  request.rawTrailers = body.trailers;
  request.trailers = { ...join(body.trailers) };
  request.body = body.content;
  request.complete = true;
  request.push(body.content);
  request.push(null);
  const response = new FunctionResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  // An http.Server would pass this on.
  socket.on('drain', () => response.emit('drain'));
  return [request, response];
}
