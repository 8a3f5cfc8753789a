import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { startControllers } from './controllers/start-controllers.ts';
import { handlePath, isPublic } from './http/handle-path.ts';
import { handleResource } from './http/handle-resource.ts';
import { negotiate } from './http/negotiate.ts';
import { parseResourcePath, parseTarget, type RequestTarget } from './http/request-info.ts';
import { send, sendError } from './http/reply.ts';
import { parsePodPath } from './pods/pod-path.ts';
import { PodStreams } from './pods/pod-streams.ts';
import type { ProxyTargets } from './pods/serve-proxy.ts';
import { builtinKinds } from './resources/builtin-kinds.ts';
import { OpenApi } from './openapi/open-api.ts';
import { ResourceRegistry } from './resources/resource-registry.ts';
import { isAuthorized } from './security/token.ts';
import type { ServingCertificate } from './security/certificates.ts';
import { noSuchResource, unauthorized } from './status/refusals.ts';
import type { ApiContext } from './verbs/api-context.ts';
import { booleanParameter, type ResourceRequest } from './verbs/resource-request.ts';
import { Watch } from './verbs/watch.ts';

export interface ApiServerOptions {
  readonly store: ObjectStore;
  readonly certificate: ServingCertificate;
  readonly token: string;
  readonly clock: Clock;
  readonly newUid: () => string;
  readonly log: Logger;
  /** Of the embedded instance: the agent's logs of pods are in it. */
  readonly home: string;
  readonly proxyTargets: ProxyTargets;
}

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** The Kubernetes API over TLS on loopback. */
export class ApiServer implements AsyncDisposable {
  readonly #context: ApiContext;
  readonly #options: ApiServerOptions;
  readonly #openApi: OpenApi;
  readonly #server: Server;
  readonly #watches = new Set<Watch>();
  readonly #podStreams: PodStreams;
  readonly #stopControllers: () => void;

  constructor(options: ApiServerOptions) {
    const { store, clock, newUid, certificate } = options;
    this.#options = options;
    this.#context = { store, clock, newUid, registry: new ResourceRegistry(builtinKinds) };
    this.#openApi = new OpenApi(this.#context.registry);
    const { home, proxyTargets: targets } = options;
    this.#podStreams = new PodStreams({ context: this.#context, home, targets });
    this.#stopControllers = startControllers(this.#context, options.log);
    const tls = {
      cert: certificate.certificate,
      key: certificate.key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    } as const;
    this.#server = createServer(
      { ...tls, maxHeaderSize: 64 * 1024, keepAliveTimeout: 90_000 },
      (message, response) => {
        void this.#serve(message, response);
      },
    );
  }

  /** Binds and returns the URL. @throws PlatformError `bad_request` for an address that is not loopback. */
  async listen(port: number, host = '127.0.0.1'): Promise<string> {
    if (!loopback.includes(host)) {
      const hint = 'The embedded API has one all-powerful token; use a real cluster for remote access.';
      throw new PlatformError('bad_request', `the embedded API listens on loopback only, not on ${host}`, {
        hint,
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(port, host, resolve);
    await promise;
    const address = this.#server.address() as AddressInfo;
    return `https://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Ends watches, lets requests in flight finish, closes the listener. The store stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopControllers();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const watch of this.#watches) watch.stop();
    this.#podStreams.stop();
    this.#server.closeIdleConnections();
    await promise;
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const target = parseTarget(message.url ?? '');
      const authorized =
        isPublic(target.segments) || isAuthorized(message.headers.authorization, this.#options.token);
      if (!authorized) throw unauthorized();
      await this.#route(target, message, response);
    } catch (error) {
      sendError(response, error, this.#options.log);
    }
  }

  async #route(target: RequestTarget, message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { registry } = this.#context;
    const { segments } = target;
    const pod = parsePodPath(segments);
    if (pod) return this.#podStreams.serve(pod, target, { message, response });
    const request = this.#resourceRequest(target);
    if (!request) {
      send(
        response,
        handlePath({
          method: message.method ?? '',
          segments,
          accept: message.headers.accept,
          registry,
          openApi: this.#openApi,
        }),
      );
    } else if (isWatch(request, message)) {
      this.#watch(request, message, response);
    } else {
      send(response, await handleResource({ context: this.#context, request, message }));
    }
  }

  #resourceRequest({ segments, query }: RequestTarget): ResourceRequest | undefined {
    const path = parseResourcePath(segments);
    if (!path || path.plural === '') return undefined;
    const definition = this.#context.registry.find(path.group, path.version, path.plural);
    const known =
      path.subresource === '' || (path.subresource === 'status' && definition?.statusSubresource === true);
    if (!definition || !known || (path.namespace !== '' && !definition.namespaced)) throw noSuchResource();
    return { definition, namespace: path.namespace, name: path.name, subresource: path.subresource, query };
  }

  #watch(request: ResourceRequest, message: IncomingMessage, response: ServerResponse): void {
    const watch = new Watch(this.#context, request, { view: negotiate(message.headers.accept), response });
    watch.start();
    this.#watches.add(watch);
    response.once('close', () => this.#watches.delete(watch));
  }
}

function isWatch({ name, query }: ResourceRequest, { method }: IncomingMessage): boolean {
  return method === 'GET' && name === '' && booleanParameter(query, 'watch') === true;
}
