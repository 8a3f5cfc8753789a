import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { PlatformError } from '../../lib/errors.ts';
import type { RegistryAuths } from '../registry-auth.ts';
import type { RegistryReference } from '../reference.ts';
import { parseChallenge, tokenUrl, type Challenge } from './challenge.ts';
import type { RegistryConnection, RegistryRequest, RegistryResponse } from './registry-connection.ts';

/** Credentials by registry, and the way to end the request. */
export interface RegistryAccess {
  auths: RegistryAuths;
  signal: AbortSignal;
}

/** What a registry was answered once, for requests after it that cannot be sent twice. */
export interface Grant {
  authorization?: string;
}

const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Questions about manifests over the registry's own API (OCI distribution-spec): no program is started for them. */
export class RegistryClient {
  readonly #connection: RegistryConnection;
  /** That asked for a password before: it goes with the first request, not with a second one each time. */
  readonly #basic = new Set<string>();

  constructor(connection: RegistryConnection) {
    this.#connection = connection;
  }

  /**
   * Digest of the manifest or index that a tag leads to; undefined if there is none. Rejects with `forbidden` where the
   * credentials do not do, and with `not_ready` where the registry does not answer as it should.
   */
  async manifestDigest(reference: RegistryReference, access: RegistryAccess): Promise<string | undefined> {
    if (reference.registry === 'docker.io') {
      const request = { path: manifestPath(reference), headers: { accept: manifestTypes } };
      const head = await this.send(reference, { ...request, method: 'HEAD' }, access);
      if (head.status === 404) return undefined;
      const digest = head.headers['docker-content-digest'];
      if (head.status === 200 && typeof digest === 'string' && isDigest(digest)) return digest;
    }
    // Where a GET is not counted: after a HEAD, undici does not use the connection again, and a manifest is small.
    const body = await this.manifest(reference, access);
    return body === undefined ? undefined : `sha256:${createHash('sha256').update(body).digest('hex')}`;
  }

  /** The manifest or index itself; undefined if there is none. Rejects as `manifestDigest`. */
  async manifest(reference: RegistryReference, access: RegistryAccess): Promise<Buffer | undefined> {
    const request = {
      path: manifestPath(reference),
      headers: { accept: manifestTypes },
      method: 'GET',
    } as const;
    const { status, body } = await this.send(reference, request, access);
    if (status === 404) return undefined;
    if (status !== 200) throw refusal(reference, status);
    return body;
  }

  /** A small blob; undefined if there is none, or where the registry leads elsewhere. Its digest is the caller's to check. */
  async blob(
    reference: RegistryReference,
    digest: string,
    access: RegistryAccess,
  ): Promise<Buffer | undefined> {
    const path = `/v2/${reference.repository}/blobs/${digest}`;
    const { status, body } = await this.send(reference, { path, headers: {}, method: 'GET' }, access);
    return status === 200 ? body : undefined;
  }

  /** Removes a manifest and its tags. False where it was gone, or where the registry removes nothing. */
  async deleteManifest(reference: RegistryReference, access: RegistryAccess): Promise<boolean> {
    const request = { path: manifestPath(reference), headers: {}, method: 'DELETE' as const };
    const { status } = await this.send(reference, request, access);
    if (status === 200 || status === 202) return true;
    if (status === 404 || status === 405 || status === 400) return false;
    throw refusal(reference, status);
  }

  /** Tags of the repository; none where there is no such repository. */
  async tags(reference: RegistryReference, access: RegistryAccess): Promise<string[]> {
    const path = `/v2/${reference.repository}/tags/list`;
    const { status, body } = await this.send(reference, { path, headers: {}, method: 'GET' }, access);
    if (status === 404) return [];
    if (status !== 200) throw refusal(reference, status);
    const { tags } = JSON.parse(body.toString('utf8')) as { tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  }

  /** Any request, with the credentials that the registry asks for. What it was given is kept in `grant` for the next ones. */
  async send(
    reference: RegistryReference,
    request: Unsent,
    { auths, signal }: RegistryAccess,
    grant: Grant = {},
  ): Promise<RegistryResponse> {
    const host = hostOf(reference);
    const basic = auths.get(reference.registry);
    const given = withAuthorization(request, grant.authorization ?? this.#expected(host, basic));
    const first = await this.#connection.send(host, { ...given, signal });
    const challenge = challengeOf(first);
    // A stream cannot be sent again: what comes before it has to be answered.
    if (challenge === undefined || request.body instanceof Readable) return checked(reference, first);
    if (challenge.scheme === 'basic') this.#basic.add(host);
    const authorization = await this.#answer(challenge, host, basic, signal);
    if (authorization !== undefined) grant.authorization = authorization;
    const again = withAuthorization(request, authorization);
    return checked(reference, await this.#connection.send(host, { ...again, signal }));
  }

  #expected(host: string, basic: string | undefined): string | undefined {
    return basic !== undefined && this.#basic.has(host) ? `Basic ${basic}` : undefined;
  }

  async #answer(
    challenge: Challenge,
    host: string,
    basic: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const authorization = basic === undefined ? undefined : `Basic ${basic}`;
    if (challenge.scheme === 'basic') return authorization;
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const { status, body } = await this.#connection.get(tokenUrl(challenge), host, { headers, signal });
    const token = status === 200 ? tokenIn(body) : undefined;
    return token === undefined ? undefined : `Bearer ${token}`;
  }
}

function challengeOf({ status, headers }: RegistryResponse): Challenge | undefined {
  const header = headers['www-authenticate'];
  return status === 401 && typeof header === 'string' ? parseChallenge(header) : undefined;
}

type Unsent = Omit<RegistryRequest, 'signal'>;

function withAuthorization(request: Unsent, authorization: string | undefined): Unsent {
  return authorization === undefined
    ? request
    : { ...request, headers: { ...request.headers, authorization } };
}

/** Docker Hub's registry has another name than its images. */
export function hostOf({ registry }: RegistryReference): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

function manifestPath({ repository, tag, digest }: RegistryReference): string {
  return `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}`;
}

function checked(reference: RegistryReference, response: RegistryResponse): RegistryResponse {
  const { status } = response;
  if (status === 401 || status === 403 || status === 429 || status >= 500) throw refusal(reference, status);
  return response;
}

export function refusal({ registry, repository }: RegistryReference, status: number): PlatformError {
  if (status === 401 || status === 403)
    return new PlatformError('forbidden', `The registry ${registry} refuses access to ${repository}.`, {
      hint: 'Put credentials for it into the Secret kubeless-registry-credentials of the namespace.',
    });
  return new PlatformError('not_ready', `The registry ${registry} answered ${status} for ${repository}.`);
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const answer = JSON.parse(body.toString('utf8')) as { token?: unknown; access_token?: unknown };
    const token = answer.token ?? answer.access_token;
    return typeof token === 'string' && /^[!-~]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
