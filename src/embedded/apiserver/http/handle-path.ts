import { aggregatedContentType, aggregatedDiscovery, wantsAggregated } from '../discovery/aggregated.ts';
import { apiGroupList, apiResourceList, apiVersions, findApiGroup } from '../discovery/resource-list.ts';
import { serverVersion } from '../discovery/version.ts';
import type { OpenApi } from '../openapi/open-api.ts';
import type { ResourceRegistry } from '../resources/resource-registry.ts';
import { methodNotAllowed, noSuchResource } from '../status/refusals.ts';
import { json, plain, type Reply } from './reply.ts';

export interface PathRequest {
  readonly method: string;
  readonly segments: readonly string[];
  readonly accept: string | undefined;
  readonly registry: ResourceRegistry;
  readonly openApi: OpenApi;
}

const health = ['healthz', 'livez', 'readyz'];
/** Readable without a token, as upstream's system:public-info-viewer. */
const publicPaths = [...health, 'version'];

export function isPublic([first = '', ...rest]: readonly string[]): boolean {
  return publicPaths.includes(first) && rest.length === 0;
}

/** Everything but kinds: health, version, discovery, OpenAPI. @throws StatusError 404, 405 */
export function handlePath(request: PathRequest): Reply {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
  const [root = '', ...rest] = request.segments;
  const reply = isPublic(request.segments) ? publicReply(root) : privateReply(request, root, rest);
  if (!reply) throw noSuchResource();
  return reply;
}

function publicReply(root: string): Reply {
  return root === 'version' ? json(serverVersion) : plain('ok');
}

function privateReply(request: PathRequest, root: string, rest: readonly string[]): Reply | undefined {
  if (root === 'openapi') return request.openApi.reply(rest, request.accept);
  if (root === 'api' || root === 'apis') return discovery(request, root, rest);
  return undefined;
}

function discovery(
  { registry, accept }: PathRequest,
  root: 'api' | 'apis',
  rest: readonly string[],
): Reply | undefined {
  const version = wantsAggregated(accept);
  if (rest.length === 0 && version) {
    return {
      ...json(aggregatedDiscovery(registry, root, version)),
      contentType: aggregatedContentType(version),
    };
  }
  const document = root === 'api' ? coreDocument(registry, rest) : groupDocument(registry, rest);
  return document && json(document);
}

function coreDocument(registry: ResourceRegistry, [version]: readonly string[]): object | undefined {
  return version === undefined ? apiVersions() : apiResourceList(registry, '', version);
}

function groupDocument(registry: ResourceRegistry, [group, version]: readonly string[]): object | undefined {
  if (group === undefined) return apiGroupList(registry);
  return version === undefined ? findApiGroup(registry, group) : apiResourceList(registry, group, version);
}
