import type { IncomingMessage } from 'node:http';
import type { RawHeaders } from '../../lib/http/raw-headers.ts';
import type { RouteCandidate } from '../routes/route.ts';

export interface CorsConfig {
  /** The server answers OPTIONS itself and lets scripts of any origin read answers. */
  enabled: boolean;
  /** Functions, as `<namespace>/<name>`, for which it is the other way round. */
  except: readonly string[];
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
