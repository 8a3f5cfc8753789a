import { readFile } from 'node:fs/promises';
import type { Clock } from '../lib/clock.ts';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import type { BearerCredential } from './connection.ts';

/** The value of the Authorization header, as of now. */
export interface Authorizer {
  header(): Promise<string | undefined>;
  /** The server refused the last one. True if another may be there now, so that one more try makes sense. */
  refused(): boolean;
}

/** The kubelet renews a mounted token well before it ends, so a copy may be this old. client-go uses the same. */
const maxAgeMs = 60_000;

export function createAuthorizer(credential: BearerCredential, clock: Pick<Clock, 'monotonic'>): Authorizer {
  if (credential.kind === 'tokenFile') return new TokenFile(credential.path, clock);
  const header = credential.kind === 'token' ? `Bearer ${credential.token}` : undefined;
  return { header: () => Promise.resolve(header), refused: () => false };
}

class TokenFile implements Authorizer {
  readonly #path: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #cached: { header: string; readAt: number } | undefined;

  constructor(path: string, clock: Pick<Clock, 'monotonic'>) {
    this.#path = path;
    this.#clock = clock;
  }

  async header(): Promise<string> {
    const now = this.#clock.monotonic();
    if (this.#cached !== undefined && now - this.#cached.readAt < maxAgeMs) return this.#cached.header;
    this.#cached = { header: `Bearer ${await this.#read()}`, readAt: now };
    return this.#cached.header;
  }

  refused(): boolean {
    this.#cached = undefined;
    return true;
  }

  async #read(): Promise<string> {
    try {
      const token = (await readFile(this.#path, 'utf8')).trim();
      if (token !== '') return token;
    } catch (error) {
      if (this.#cached !== undefined) return this.#cached.header.slice('Bearer '.length);
      throw new PlatformError('unauthorized', `cannot read the token file: ${errorMessage(error)}`, {
        cause: error,
      });
    }
    throw new PlatformError('unauthorized', `the token file ${this.#path} is empty`);
  }
}
