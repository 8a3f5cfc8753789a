import type { Clock } from '../lib/clock.ts';
import type { KubeConnection } from './connection.ts';
import { readJson } from './http-body.ts';
import { listAll } from './list.ts';
import type { KubeList, KubeObject, ObjectRef, Status } from './objects.ts';
import { collectionQuery, deleteBody, queryString, withPreconditions } from './request-parts.ts';
import type {
  CollectionOptions,
  DeleteOptions,
  KubeClient,
  PatchOptions,
  RequestOptions,
  WatchOptions,
} from './client-types.ts';
import { collectionPath, objectPath, type Resource } from './resource.ts';
import { withRetry } from './retry.ts';
import { Transport, type HttpRequest, type UploadBody } from './transport.ts';
import { watchEvents } from './watch.ts';

export interface KubeClientOptions {
  connection: KubeConnection;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  random: () => number;
  /** Product and version, for the API server's audit log: `kontain-faas-downloader/0.1.0`. */
  userAgent: string;
  /** Tries after the first one, see retry.ts. Default 4. */
  retries?: number;
  connectTimeoutMs?: number;
  headersTimeoutMs?: number;
}

/** Opens no connection before the first request. Dispose it to cut all of them. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const transport = new Transport(options);
  const api = jsonApi(transport, options);
  return {
    namespace: options.connection.namespace,
    ...readVerbs(api),
    ...writeVerbs(api),
    watch: <T extends KubeObject>(resource: Resource<T>, watch: WatchOptions) =>
      watchEvents(transport, resource, watch),
    openPath: async (path: string, options: RequestOptions = {}) => {
      const request: HttpRequest = { method: 'GET', path, idleTimeoutMs: 0, ...signalOf(options) };
      return (await transport.send(request)).body;
    },
    putPath: (path: string, stream: UploadBody, options: RequestOptions = {}) =>
      api<unknown>({ method: 'PUT', path, stream, ...signalOf(options) }),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** Sends a request with retries and reads the answer as JSON. */
type JsonApi = <T>(request: HttpRequest) => Promise<T>;

function jsonApi(transport: Transport, options: KubeClientOptions): JsonApi {
  return async <T>(request: HttpRequest) =>
    withRetry(request.method, { ...options, signal: request.signal }, async () => {
      const { body } = await transport.send(request);
      return (await readJson(body)) as T;
    });
}

function readVerbs(api: JsonApi): Pick<KubeClient, 'get' | 'list' | 'getPath'> {
  return {
    get: async <T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options: RequestOptions = {}) =>
      api<T>({ method: 'GET', path: objectPath(resource, ref), ...signalOf(options) }),
    list: async <T extends KubeObject>(resource: Resource<T>, options: CollectionOptions = {}) =>
      listAll(
        (page) => {
          const path = collectionPath(resource, options.namespace);
          const query = collectionQuery({ ...options, ...page });
          return api<KubeList<T>>({ method: 'GET', path: `${path}${query}`, ...signalOf(options) });
        },
        resource,
        options.pageSize,
      ),
    getPath: async (path: string, options: RequestOptions = {}) =>
      api<unknown>({ method: 'GET', path, ...signalOf(options) }),
  };
}

type WriteVerbs = 'create' | 'replace' | 'replaceStatus' | 'mergePatch' | 'delete' | 'deleteCollection';

function writeVerbs(api: JsonApi): Pick<KubeClient, WriteVerbs> {
  const put = <T extends KubeObject>(path: string, object: T, options: RequestOptions) =>
    api<T>({
      method: 'PUT',
      path: `${path}${writeQuery(options)}`,
      ...jsonBody(object),
      ...signalOf(options),
    });
  return {
    create: async <T extends KubeObject>(resource: Resource<T>, object: T, options: RequestOptions = {}) => {
      const path = collectionPath(resource, object.metadata.namespace);
      return api<T>({
        method: 'POST',
        path: `${path}${writeQuery(options)}`,
        ...jsonBody(object),
        ...signalOf(options),
      });
    },
    replace: async <T extends KubeObject>(resource: Resource<T>, object: T, options: RequestOptions = {}) =>
      put(objectPath(resource, nameIn(object)), object, options),
    replaceStatus: async <T extends KubeObject>(
      resource: Resource<T>,
      object: T,
      options: RequestOptions = {},
    ) => put(objectPath(resource, nameIn(object), 'status'), object, options),
    mergePatch: async <T extends KubeObject>(
      resource: Resource<T>,
      ref: ObjectRef,
      patch: object,
      options: PatchOptions = {},
    ) =>
      api<T>({
        method: 'PATCH',
        path: `${objectPath(resource, ref, options.subresource)}${writeQuery(options)}`,
        contentType: 'application/merge-patch+json',
        ...jsonBody(withPreconditions(patch, options.preconditions)),
        ...signalOf(options),
      }),
    delete: async (resource: Resource, ref: ObjectRef, options: DeleteOptions = {}) =>
      api<KubeObject | Status>({
        method: 'DELETE',
        path: `${objectPath(resource, ref)}${writeQuery(options)}`,
        ...jsonBody(deleteBody(options)),
        ...signalOf(options),
      }),
    deleteCollection: async (resource: Resource, options: CollectionOptions & DeleteOptions = {}) => {
      const path = collectionPath(resource, options.namespace);
      const query = collectionQuery(options);
      await api({
        method: 'DELETE',
        path: `${path}${query}`,
        ...jsonBody(deleteBody(options)),
        ...signalOf(options),
      });
    },
  };
}

function nameIn({ metadata: { namespace, name = '' } }: KubeObject): ObjectRef {
  return namespace === undefined ? { name } : { namespace, name };
}

function jsonBody(value: object): Pick<HttpRequest, 'body'> {
  return { body: JSON.stringify(value) };
}

function writeQuery({ dryRun }: RequestOptions): string {
  return queryString(dryRun === true ? { dryRun: 'All' } : {});
}

function signalOf({ signal }: RequestOptions): Pick<HttpRequest, 'signal'> {
  return signal === undefined ? {} : { signal };
}
