import { createHash } from 'node:crypto';
import { PlatformError } from '../../lib/errors.ts';
import { pushArtifact, tagArtifact } from '../../oci/registry/push-artifact.ts';
import { referenceTo } from './find-source.ts';
import { sourceLayer, sourceTags, type SourceContent } from './source-manifest.ts';
import type { SourceRepository } from './source-registry.ts';

/** What the client says of it, and what it sends. */
export interface IncomingSource extends SourceContent {
  body: AsyncIterable<Buffer>;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Passes a source on to the registry while it comes. Rejects with `body_too_large` and `invalid`. */
export async function storeSource(repository: SourceRepository, source: IncomingSource): Promise<string> {
  const { client, access, reference, limitBytes } = repository;
  const { sha256, size, body, now } = source;
  refuseTooLarge(size, limitBytes);
  const layer = sourceLayer(repository, source, now);
  const [first = sha256, ...others] = sourceTags(repository, sha256, now);
  const content = checked(body, source);
  const digest = await pushArtifact(client, reference(first), { ...layer, content }, access);
  for (const tag of others) await tagArtifact(client, reference(tag), layer, access);
  return referenceTo(repository, sha256, digest);
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
