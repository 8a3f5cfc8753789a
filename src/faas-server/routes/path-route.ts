import { PlatformError } from '../../lib/errors.ts';
import { functionOfSegments, type FunctionName } from '../../api/own-address.ts';
import { decodeSegment } from './request-target.ts';
import type { RouteCandidate } from './route-candidate.ts';

/**
 * Reads `/<namespace>/<function>[/…]`. Names are compared after decoding and must be valid names, so an encoded slash
 * or a dot segment never names a function; the rest of the path is the function's own and stays as it is.
 */
export function pathCandidate(path: string, query: string): RouteCandidate | undefined {
  const first = path.indexOf('/', 1);
  if (first === -1) return undefined;
  const second = path.indexOf('/', first + 1);
  const end = second === -1 ? path.length : second;
  const owner = functionOfSegments([
    decodeName(path.slice(1, first)),
    decodeName(path.slice(first + 1, end)),
  ]);
  if (owner === undefined) return undefined;
  const rest = second === -1 ? '/' : path.slice(second);
  return { ...owner, target: rest + query, prefix: path.slice(0, end) };
}

/** The function whose own path it is, if any; an encoding that is not valid names none. */
export function ownerOfPath(path: string): FunctionName | undefined {
  const [, namespace = '', name = ''] = path.split('/', 3).map(decodeSegment);
  return functionOfSegments([namespace, name]);
}

function decodeName(segment: string): string {
  const name = decodeSegment(segment);
  if (name !== undefined) return name;
  throw new PlatformError('bad_request', 'the percent-encoding of the path is not valid', {
    hint: 'Encode names as UTF-8 with %XX, or use them as they are.',
  });
}
