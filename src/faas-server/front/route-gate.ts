import { PlatformError } from '../../lib/errors.ts';
import type { FunctionRoute } from '../routes/route-tree.ts';
import { corsHeaders } from './cors.ts';
import { isEncrypted } from './function-headers.ts';
import type { RequestContext } from './request-context.ts';

/**
 * What a route asks before its function is called, in the order of ingress-nginx: HTTPS, then CORS, then who it is. True
 * where the request was answered here; such answers are not counted as calls.
 * @throws PlatformError `not_ready`, `unauthorized`, `too_many_requests`
 */
export async function answeredAtGate(context: RequestContext, via: FunctionRoute): Promise<boolean> {
  const { front, request } = context;
  const { access, https } = via.route;
  const tlsPort = https ? front.tlsPort() : undefined;
  if (tlsPort !== undefined && !cameByHttps(context)) return redirect(context, tlsPort);
  if (access.kind === 'closed') throw closed();
  const cors = corsHeaders(front.cors, { candidate: context.route.candidates[0], via });
  if (request.method === 'OPTIONS' && cors.length > 0) return answer(context, 204, cors);
  if (access.kind === 'open') return false;
  const allowed = front.credentials.isAllowed(access.users, request.headers.authorization);
  if (!(allowed instanceof Promise ? await allowed : allowed)) throw unauthorized(via);
  return false;
}

/** A proxy before us that took the TLS away says so. */
function cameByHttps({ request }: RequestContext): boolean {
  return isEncrypted(request) || request.headers['x-forwarded-proto'] === 'https';
}

/** Who named a port of ours gets our other port; who came by a mapping of port 80 gets that of 443. */
function redirect(context: RequestContext, tlsPort: number): true {
  const [, name = '', port] = /^(.*?)(?::([0-9]*))?$/.exec(context.route.host) ?? [];
  const host = port === undefined || port === '' || port === '80' ? name : `${name}:${tlsPort}`;
  const target = (context.request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  return answer(context, 308, ['Location', `https://${host}${target}`]);
}

function answer({ response, requestId }: RequestContext, status: number, headers: string[]): true {
  response.writeHead(status, ['x-request-id', requestId, ...headers, 'Content-Length', '0']).end();
  return true;
}

function closed(): PlatformError {
  return new PlatformError('not_ready', 'this route is closed: who may call it is not known', {
    hint: 'The condition RoutesReady of the Image, and the HTTPTrigger, say what is missing.',
  });
}

function unauthorized({ route, name }: FunctionRoute): PlatformError {
  return new PlatformError('unauthorized', 'a name and a password are needed, and these are not right', {
    hint: 'Send them as HTTP basic authentication.',
    data: { realm: route.host === '' ? name : route.host },
  });
}
