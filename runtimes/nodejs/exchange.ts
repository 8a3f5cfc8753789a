import { builtin } from './builtin.ts';
import { Connection, ConnectionEnded } from './connection.ts';
import { makeEvent, type Extensions } from './event.ts';
import type { Function } from './function.ts';
import { makeHttpObjects, type FunctionRequest, type FunctionResponse } from './http-objects.ts';
import { readBody, type RequestBody } from './request-body.ts';
import { BadRequest, headLimitBytes, parseRequestHead, type RequestHead } from './request-head.ts';
import { refuse, respond } from './respond.ts';
import { encodeResult, isWebResponse } from './result.ts';

const { inspect } = builtin('node:util');

/**
 * One request in, one response out, on a blocking stream. Node's own request and response objects are made only for
 * functions that ask for them or stream: they cost a forked child more than all the rest.
 */
export class Exchange {
  readonly #connection: Connection;
  #method = 'GET';
  #answered = false;
  #objects: [FunctionRequest, FunctionResponse] | null = null;

  constructor(fd: number) {
    this.#connection = new Connection(fd);
  }

  /** Never rejects; the end of the stream is left to the caller. */
  async serve(target: Function, bodyLimit: number): Promise<void> {
    try {
      const head = this.#readHead();
      await this.#call(target, head, readBody(this.#connection, head, bodyLimit));
    } catch (error) {
      await this.fail(error);
    }
  }

  /** Answers for something that was thrown, if there is still somebody to answer. */
  async fail(error: unknown): Promise<void> {
    if (error instanceof ConnectionEnded) return;
    const isCallersFault = error instanceof BadRequest;
    if (!isCallersFault) process.stderr.write(`Function failed to execute: ${inspect(error)}\n`);
    const [status, message] = isCallersFault ? [error.status, error.message] : [500, 'Internal Server Error'];
    if (this.#objects !== null) await refuse(this.#objects[1], status, message);
    else if (!this.#answered) this.#answer(status, 'text/plain; charset=utf-8', Buffer.from(message));
  }

  async #call(target: Function, head: RequestHead, body: RequestBody): Promise<void> {
    const extensions = this.#extensions(head, body);
    const event = makeEvent((name) => head.fields[name], body.content, extensions);
    const result = await target.handler(event, { ...target.context });
    const encoded = this.#objects === null && !isWebResponse(result) ? encodeResult(result) : null;
    if (encoded?.kind === 'complete') this.#answer(200, encoded.type, encoded.content);
    else await respond(extensions.response, result);
  }

  #extensions(head: RequestHead, body: RequestBody): Extensions {
    const objects = () => (this.#objects ??= makeHttpObjects(this.#connection.fd, head, body));
    return {
      get request() {
        return objects()[0];
      },
      get response() {
        return objects()[1];
      },
    };
  }

  #readHead(): RequestHead {
    const raw = this.#connection.readUntil('\r\n\r\n', headLimitBytes);
    if (raw === null) throw new BadRequest('The request head is too large', 431);
    const head = parseRequestHead(raw.toString('latin1'));
    this.#method = head.method;
    return head;
  }

  #answer(status: number, type: string | null, content: Buffer): void {
    this.#answered = true;
    const lines = [`HTTP/1.1 ${status} ${builtin('node:http').STATUS_CODES[status] ?? ''}`];
    if (type !== null) lines.push(`Content-Type: ${type}`);
    lines.push(`Content-Length: ${content.length}`, 'Connection: close', '', '');
    const head = Buffer.from(lines.join('\r\n'), 'latin1');
    this.#connection.write(head, this.#method === 'HEAD' ? Buffer.alloc(0) : content);
  }
}
