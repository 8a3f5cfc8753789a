import { createHmac, type BinaryLike } from 'node:crypto';
import { PlatformError } from '../../lib/errors.ts';

/** Whether a password is the one of a hash; takes long, but not on this thread. */
export type VerifyPassword = (hash: string, password: string) => Promise<boolean>;

export interface CredentialCheckOptions {
  verify: VerifyPassword;
  /** Of this process alone: what is remembered says nothing about the passwords without it. */
  secret: BinaryLike;
  /** Credentials remembered. Default 10,000. */
  maxRemembered?: number;
  /** Verifications that may wait; more are refused. Default 100. */
  maxWaiting?: number;
}

/**
 * HTTP basic authentication (RFC 7617). Hashes are made to be slow, so credentials that were right once are remembered:
 * together with the hash, so that a new password in the Secret counts at once. Wrong ones are not, and can at most keep
 * one thread busy.
 */
export class CredentialCheck {
  readonly #options: Required<CredentialCheckOptions>;
  /** The oldest first. */
  readonly #right = new Set<string>();
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(options: CredentialCheckOptions) {
    this.#options = { maxRemembered: 10_000, maxWaiting: 100, ...options };
  }

  /** At once for credentials that were right before. Rejects with `too_many_requests`. */
  isAllowed(users: Readonly<Record<string, string>>, header: string | undefined): boolean | Promise<boolean> {
    const given = credentialsOf(header);
    if (given === undefined) return false;
    const { name, password } = given;
    const own = Object.hasOwn(users, name) ? users[name] : undefined;
    // As much work for a name that is not there: the time of an answer must not tell which names there are.
    const hash = own ?? Object.values(users)[0];
    if (hash === undefined) return false;
    const key = this.#keyOf([hash, name, password]);
    if (own !== undefined && this.#right.has(key)) return true;
    return this.#verify(key, { hash, password, isKnown: own !== undefined });
  }

  #verify(key: string, { hash, password, isKnown }: Verification): Promise<boolean> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    if (this.#running.size >= this.#options.maxWaiting) return Promise.reject(tooMany());
    const result = this.#options
      .verify(hash, password)
      .then((isRight) => {
        if (isRight && isKnown) this.#remember(key);
        return isRight && isKnown;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, result);
    return result;
  }

  #remember(key: string): void {
    this.#right.add(key);
    const [oldest] = this.#right;
    if (this.#right.size > this.#options.maxRemembered && oldest !== undefined) this.#right.delete(oldest);
  }

  #keyOf(parts: readonly string[]): string {
    return createHmac('sha256', this.#options.secret).update(JSON.stringify(parts)).digest('base64');
  }
}

interface Verification {
  hash: string;
  password: string;
  isKnown: boolean;
}

function credentialsOf(header: string | undefined): { name: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2})$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function tooMany(): PlatformError {
  return new PlatformError('too_many_requests', 'too many credentials wait to be verified', {
    data: { retryAfterSeconds: 1 },
  });
}
