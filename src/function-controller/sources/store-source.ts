import { createHash } from 'node:crypto';
import { PlatformError } from '../../lib/errors.ts';
import { formatReference } from '../../oci/reference.ts';
import { pushArtifact } from '../../oci/registry/push-artifact.ts';
import type { SourceRepository } from './source-registry.ts';

export const sourceMediaType = 'application/vnd.kontain.function.source.v1';

export interface IncomingSource {
  /** Hexadecimal, of the content; what the client says. */
  sha256: string;
  size: number;
  body: AsyncIterable<Buffer>;
}

/** `docker://…@sha256:…` of a source that is there; undefined if it is not. */
export async function findSource(repository: SourceRepository, sha256: string): Promise<string | undefined> {
  const reference = repository.reference(sha256);
  const digest = await repository.client.manifestDigest(reference, repository.access);
  return digest === undefined ? undefined : formatReference({ ...reference, digest });
}

/** Passes a source on to the registry while it comes. Rejects with `body_too_large` and `invalid`. */
export async function storeSource(repository: SourceRepository, source: IncomingSource): Promise<string> {
  const { sha256, size, body } = source;
  refuseTooLarge(size, repository.limitBytes);
  const reference = repository.reference(sha256);
  const content = checked(body, source);
  const layer = { mediaType: sourceMediaType, digest: `sha256:${sha256}`, size, content };
  const digest = await pushArtifact(repository.client, reference, layer, repository.access);
  return formatReference({ ...reference, digest });
}

function refuseTooLarge(size: number, limit: number): void {
  if (size <= limit) return;
  throw new PlatformError('body_too_large', `The source has ${size} bytes; at most ${limit} are taken.`, {
    hint: 'Leave out what the function does not need, or raise source-limit in the ConfigMap kubeless-config.',
  });
}

/** Ends with an error, so that the registry is not told to keep it, where the content is not what was said. */
async function* checked(
  body: AsyncIterable<Buffer>,
  { sha256, size }: IncomingSource,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > size) throw broken(`The source has more than the ${size} bytes that were told.`);
    hash.update(chunk);
    yield chunk;
  }
  if (received < size) throw broken(`Only ${received} of ${size} bytes of the source came.`);
  const actual = hash.digest('hex');
  if (actual !== sha256) throw broken(`The source has the digest sha256:${actual}, not sha256:${sha256}.`);
}

function broken(message: string): PlatformError {
  return new PlatformError('invalid', message, { hint: 'Send it again.' });
}
