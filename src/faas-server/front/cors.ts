import type { IncomingMessage } from 'node:http';
import type { RawHeaders } from '../../lib/http/raw-headers.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { FunctionRoute } from '../routes/route-tree.ts';

export interface CorsConfig {
  /** The server answers OPTIONS itself and lets scripts of any origin read answers. */
  enabled: boolean;
  /** Functions, as `<namespace>/<name>`, for which it is the other way round. */
  except: readonly string[];
}

/** What ingress-nginx says for `nginx.ingress.kubernetes.io/enable-cors: "true"` and nothing else. */
const ofRoutes: RawHeaders = Object.entries({
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Credentials': 'true',
  'Access-Control-Allow-Methods': 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
  'Access-Control-Allow-Headers':
    'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  'Access-Control-Max-Age': '1728000',
}).flat();
export const serverCors: RawHeaders = ['Access-Control-Allow-Origin', '*'];
const none: RawHeaders = [];

/** Headers that let scripts of other sites read an answer; empty without CORS. What a route says counts first. */
export function corsHeaders(
  config: CorsConfig,
  { candidate, via }: { candidate: RouteCandidate | undefined; via: FunctionRoute | undefined },
): RawHeaders {
  const { cors } = via?.route ?? {};
  if (cors !== undefined) return cors ? ofRoutes : none;
  return corsFor(config, candidate) ? serverCors : none;
}

/** Whether the server speaks CORS for that function. */
export function corsFor({ enabled, except }: CorsConfig, candidate: RouteCandidate | undefined): boolean {
  const named = candidate !== undefined && except.includes(`${candidate.namespace}/${candidate.name}`);
  return named ? !enabled : enabled;
}

/** Headers of the answer to a preflight request: everything asked for is allowed (Fetch Standard §3.3.3). */
export function preflightHeaders({ headers }: IncomingMessage): RawHeaders {
  const answer: RawHeaders = ['Access-Control-Allow-Origin', '*'];
  const method = headers['access-control-request-method'];
  const names = headers['access-control-request-headers'];
  if (method !== undefined) answer.push('Access-Control-Allow-Methods', method);
  if (names !== undefined) answer.push('Access-Control-Allow-Headers', names);
  return answer;
}
