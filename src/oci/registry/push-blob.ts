import { Readable } from 'node:stream';
import { whenAborted } from '../../lib/abort.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { RegistryReference } from '../reference.ts';
import { hostOf, refusal, type Grant, type RegistryAccess, type RegistryClient } from './registry-client.ts';
import type { RegistryRequest, RegistryResponse } from './registry-connection.ts';

const bytes = { 'content-type': 'application/octet-stream' };
/** Of taking an upload back, when whoever wanted it may be gone. */
const takeBackMs = 5000;

type Request = Omit<RegistryRequest, 'signal'>;

/** Pushes to one repository (distribution-spec, "Push"). What the registry grants for the first request is used for the next ones. */
export class RegistryPush {
  readonly #client: RegistryClient;
  readonly #target: RegistryReference;
  readonly #access: RegistryAccess;
  readonly #grant: Grant = {};

  constructor(client: RegistryClient, target: RegistryReference, access: RegistryAccess) {
    this.#client = client;
    this.#target = target;
    this.#access = access;
  }

  send(request: Request, signal = this.#access.signal): Promise<RegistryResponse> {
    return this.#client.send(this.#target, request, { ...this.#access, signal }, this.#grant);
  }

  /**
   * Streams a blob: nothing of it is kept here, and it counts only once all of it came. Where it ends with an error, or the
   * signal aborts, what the registry has of it is taken back: it would keep it for whoever goes on.
   */
  async blob(digest: string, content: AsyncIterable<Buffer>): Promise<void> {
    const begin = {
      method: 'POST',
      path: `/v2/${this.#target.repository}/blobs/uploads/`,
      headers: {},
    } as const;
    const place = this.#place(await this.send(begin));
    const pieces = new Pieces(content, this.#access.signal);
    // Not ended by the signal: of an upload that was cut, a registry cannot be told which one it was.
    const sending = new AbortController().signal;
    const body = Readable.from(pieces.all(), { objectMode: false });
    const sent = this.#place(
      await this.send({ method: 'PATCH', path: place, headers: bytes, body }, sending),
    );
    try {
      if (pieces.failure !== undefined) throw pieces.failure.error;
      await this.#finish(sent, digest);
    } catch (error) {
      const takeBack = { method: 'DELETE', path: sent, headers: {} } as const;
      await this.send(takeBack, AbortSignal.timeout(takeBackMs)).catch(() => undefined);
      throw error;
    }
  }

  async #finish(place: string, digest: string): Promise<void> {
    const path = `${place}${place.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
    const { status } = await this.send({ method: 'PUT', path, headers: { ...bytes, 'content-length': '0' } });
    if (status === 400) throw new PlatformError('invalid', 'The content has another digest.');
    if (status !== 201) throw refusal(this.#target, status);
  }

  /** Where the upload goes on. Not elsewhere: credentials are for this registry only. */
  #place({ status, headers: { location } }: RegistryResponse): string {
    const host = hostOf(this.#target);
    const url = typeof location === 'string' ? URL.parse(location, `https://${host}`) : null;
    const isHere = url !== null && (url.host === host || url.host === URL.parse(`https://${host}`)?.host);
    if (status !== 202 || !isHere) throw refusal(this.#target, status);
    return `${url.pathname}${url.search}`;
  }
}

/** Ends well where the content fails or the signal aborts, so that the request does; the failure is told apart. */
class Pieces {
  failure: { error: unknown } | undefined;
  readonly #content: AsyncIterable<Buffer>;
  readonly #signal: AbortSignal;

  constructor(content: AsyncIterable<Buffer>, signal: AbortSignal) {
    this.#content = content;
    this.#signal = signal;
  }

  async *all(): AsyncGenerator<Buffer> {
    const iterator = this.#content[Symbol.asyncIterator]();
    const aborted = whenAborted(this.#signal);
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), aborted]);
        this.#signal.throwIfAborted();
        if (next === undefined || next.done === true) return;
        yield next.value;
      }
    } catch (error) {
      this.failure = { error };
    }
  }
}
