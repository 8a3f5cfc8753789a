import { notAcceptable } from '../status/refusals.ts';

export type View = 'object' | 'table' | 'metadata';

export interface Accepted {
  readonly view: View;
  /** Version of meta.k8s.io in which a Table or PartialObjectMetadata is wanted. */
  readonly metaVersion: string;
}

const supported = ['application/json', 'application/json;stream=watch'];
const jsonTypes = ['application/json', 'application/*', '*/*'];

const views: Readonly<Record<string, View>> = {
  Table: 'table',
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadata',
};

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses `Accept` (RFC 9110 §12.5.1), best first. */
export function parseAccept(header: string): MediaRange[] {
  const ranges = header.split(',').map((range) => {
    const [type = '', ...pairs] = range.split(';').map((part) => part.trim());
    const parameters = new Map(pairs.map((pair) => pair.split('=', 2) as [string, string]));
    return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) };
  });
  return ranges
    .filter(({ type, quality }) => type !== '' && quality > 0)
    .sort((a, b) => b.quality - a.quality);
}

/**
 * Picks the first media range that can be served: JSON, as the object itself, as a Table or as metadata only.
 * @throws StatusError 406 when there is none.
 */
export function negotiate(header: string | undefined): Accepted {
  const ranges = parseAccept(header ?? '');
  if (ranges.length === 0) return { view: 'object', metaVersion: 'v1' };
  for (const { type, parameters } of ranges) {
    const view = jsonTypes.includes(type) ? viewOf(parameters) : undefined;
    if (view) return { view, metaVersion: parameters.get('v') ?? 'v1' };
  }
  throw notAcceptable(supported);
}

function viewOf(parameters: ReadonlyMap<string, string>): View | undefined {
  const as = parameters.get('as');
  if (as === undefined) return 'object';
  const knownVersion =
    ['v1', 'v1beta1'].includes(parameters.get('v') ?? '') && parameters.get('g') === 'meta.k8s.io';
  return knownVersion && Object.hasOwn(views, as) ? views[as] : undefined;
}
