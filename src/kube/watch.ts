import { errorMessage, PlatformError } from '../lib/errors.ts';
import type { WatchOptions } from './client-types.ts';
import { readLines } from './json-lines.ts';
import { errorFromStatus, isStatus } from './kube-error.ts';
import { describeNetworkError } from './network-error.ts';
import type { KubeObject, WatchEvent } from './objects.ts';
import { queryString } from './request-parts.ts';
import { collectionPath, type Resource } from './resource.ts';
import type { HttpRequest, Transport } from './transport.ts';

/**
 * One watch request with bookmarks: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 * Throws KubeError for an ERROR event or a refused request (410: list again), `bad_response` for what is no event,
 * NetworkError for a lost connection or silence. Returns when the server ended the stream between two events.
 */
export async function* watchEvents<T extends KubeObject>(
  transport: Pick<Transport, 'send'>,
  resource: Resource<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { body } = await transport.send(watchRequest(resource, options));
  options.onOpen?.();
  try {
    for await (const line of readLines(body, options.maxEventBytes ?? 32 * 1024 * 1024))
      yield parseEvent<T>(line);
  } catch (error) {
    throw describeNetworkError(error, 'the API server');
  } finally {
    body.destroy();
  }
}

function watchRequest(resource: Resource, options: WatchOptions): HttpRequest {
  const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, signal } = options;
  const bookmarks = { watch: true, allowWatchBookmarks: true };
  const query = queryString({ ...bookmarks, labelSelector, fieldSelector, resourceVersion, timeoutSeconds });
  return {
    method: 'GET',
    path: `${collectionPath(resource, namespace)}${query}`,
    idleTimeoutMs: options.silenceMs ?? 0,
    ...(signal === undefined ? {} : { signal }),
  };
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parseObject(line);
  if (type === 'ERROR') {
    if (isStatus(object)) throw errorFromStatus(object, 500);
    throw badEvent(line, 'an ERROR event without a Status');
  }
  if (!isEventType(type) || !hasMetadata(object)) throw badEvent(line, 'not a watch event');
  return { type, object } as WatchEvent<T>;
}

function parseObject(line: string): { type?: unknown; object?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    throw badEvent(line, errorMessage(error));
  }
  throw badEvent(line, 'not an object');
}

function badEvent(line: string, problem: string): PlatformError {
  return new PlatformError('bad_response', `the API server sent a line that is no event: ${problem}`, {
    data: { line: line.slice(0, 200) },
  });
}

const eventTypes: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'];

function isEventType(type: unknown): type is WatchEvent<KubeObject>['type'] {
  return eventTypes.includes(type);
}

function hasMetadata(object: unknown): object is KubeObject {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return false;
  const { metadata } = object;
  return typeof metadata === 'object' && metadata !== null && 'resourceVersion' in metadata;
}
