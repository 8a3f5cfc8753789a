import type { IncomingMessage } from 'node:http';
import { errorMessage } from '../../../lib/errors.ts';
import { yaml } from '../../../lib/yaml.ts';
import { badRequest, tooLarge, unsupportedMediaType } from '../status/refusals.ts';

/** Largest request body, as upstream's (etcd's request limit × 2). */
export const maximumBodyBytes = 3 * 1024 * 1024;

/** Everything behind this walks objects recursively; no real object comes near it. */
const maximumDepth = 500;

const yamlTypes = ['application/yaml', 'application/apply-patch+yaml'];

/** @throws StatusError 413 when the body is over the limit, 400 when the caller sent less than it promised. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maximumBodyBytes) throw tooLarge(maximumBodyBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maximumBodyBytes) throw tooLarge(maximumBodyBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The media type of a request without parameters; JSON when it says nothing. */
export function mediaType(request: IncomingMessage): string {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  return type === undefined || type === '' || type === '*/*' ? 'application/json' : type;
}

/** Parses JSON or YAML by media type. @throws StatusError 400 for text that is neither, 415 for other media types. */
export function parseBody(body: Buffer, type: string): unknown {
  if (!type.endsWith('json') && !yamlTypes.includes(type)) {
    const accepted = 'application/json, application/yaml';
    const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
    throw unsupportedMediaType(message);
  }
  const value = parseText(decodeUtf8(body), type);
  if (isDeeperThan(value, maximumDepth))
    throw badRequest(`the body is nested more than ${maximumDepth} deep`);
  return value;
}

function parseText(text: string, type: string): unknown {
  try {
    return type.endsWith('json') ? JSON.parse(text) : yaml().parse(text, { maxAliasCount: 100, merge: true });
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${errorMessage(error)}`);
  }
}

/** Level by level, not recursively. */
function isDeeperThan(value: unknown, maximum: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maximum) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('the body is not valid UTF-8');
  }
}
