import { PlatformError } from '../../lib/errors.ts';
import type { MatchScope, RouteMatch, RouteTree } from './route-tree.ts';

/** What some servers read differently from others: dots, empty segments, encoded separators, path parameters. */
const suspicious = /\/\/|\\|;|%3b|%2f|%5c|(?:\.|%2e)(?:\/|$)/i;
const separators = /[/\\]|%2f|%5c/i;
const oddSeparators = /\\|%2f|%5c/i;
const parameters = /;|%3b/i;
const dots = /^(?:\.|%2e){1,2}$/i;

/**
 * Matches a path that must mean the same to everyone. Where the loosest reading of it leads to another route, it could
 * pass a route's authentication by and still be read by the function as what that route guards: it is refused. What
 * lies between the strictest and the loosest reading leads to one of the two; where parameters and odd separators meet,
 * no reading is the loosest.
 * @throws PlatformError `bad_request`
 */
export function matchStrictly(tree: RouteTree, path: string, scope: MatchScope): RouteMatch | undefined {
  const match = tree.match(path, scope);
  if (match === undefined || !suspicious.test(path)) return match;
  const segments = path
    .split(separators)
    .map((segment) => segment.split(parameters, 1)[0] ?? '')
    .filter((segment) => segment !== '');
  if (segments.some((segment) => dots.test(segment)))
    throw ambiguous('the path has dot segments', 'Resolve "." and ".." before you send the path.');
  const isMixed = parameters.test(path) && oddSeparators.test(path);
  const loose = isMixed ? undefined : tree.match(`/${segments.join('/')}`, scope);
  if (loose?.to === match.to) return match;
  throw ambiguous(
    'the path can be read in more than one way',
    'Write single slashes between its segments, none of them encoded.',
  );
}

function ambiguous(message: string, hint: string): PlatformError {
  return new PlatformError('bad_request', message, { hint });
}
