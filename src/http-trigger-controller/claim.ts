import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import { keyOf, type KubeObject } from '../kube/objects.ts';
import { defaultHost, type PublicAddress } from './public-address.ts';

/** A host and a path that somebody wants to lead to a function. */
export interface Claim {
  readonly kind: 'HTTPTrigger' | 'Image';
  /** Of that object. */
  readonly key: string;
  readonly namespace: string;
  readonly functionName: string;
  /** Empty for any. */
  readonly host: string;
  /** Decoded. */
  readonly segments: readonly string[];
  /** The older of two sorts first. */
  readonly since: string;
}

/** Whatever is stored there: it may be older than the rules of the kind. */
export function claimOfTrigger(object: StoredHttpTrigger, address: PublicAddress): Claim {
  const { spec } = object as { spec?: Record<string, unknown> };
  const functionName = textOf(spec?.['function-name']);
  const { namespace = '' } = object.metadata;
  const place = placeOf(textOf(spec?.['host-name']), textOf(spec?.['path']));
  const isBare = place.host === '' && place.segments.length === 0;
  const host = isBare ? defaultHost(functionName, namespace, address) : place.host;
  return {
    kind: 'HTTPTrigger',
    key: keyOf(object),
    namespace,
    functionName,
    ...place,
    host,
    since: ageOf(object),
  };
}

/** The routes that its author wrote: those of triggers are claimed by these. */
export function claimsOfImage(object: StoredImage): Claim[] {
  const { namespace = '', name = '' } = object.metadata;
  const common = { kind: 'Image' as const, key: keyOf(object), namespace, functionName: name };
  return routesOfImage(object)
    .filter(({ trigger }) => trigger === undefined)
    .map(({ host, path }) => ({ ...common, ...placeOf(textOf(host), textOf(path)), since: ageOf(object) }));
}

export function routesOfImage({ spec }: StoredImage): Record<string, unknown>[] {
  const { routes } = (spec ?? {}) as { routes?: unknown };
  return Array.isArray(routes) ? (routes as Record<string, unknown>[]) : [];
}

/** Whether a route of an Image is for the host and path of a claim. */
export function isSamePlace({ host, path }: Record<string, unknown>, claim: Claim): boolean {
  const place = placeOf(textOf(host), textOf(path));
  return place.host === claim.host && place.segments.join('/') === claim.segments.join('/');
}

function placeOf(host: string, path: string): Pick<Claim, 'host' | 'segments'> {
  const segments = path.split('/').filter((segment) => segment !== '');
  return { host: host.toLowerCase(), segments: segments.map(decode) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Names are used again, uids are not. */
function ageOf({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp ?? ''}/${metadata.uid ?? ''}`;
}

/** A wildcard stands for one label. */
export function wildcardOf(host: string): string {
  return host.includes('.') ? `*${host.slice(host.indexOf('.'))}` : '';
}

/**
 * Whether an older claim leaves no room for another one. A path of a host has one function. A host belongs to the
 * namespace that had it first, with all its paths, unless it is shared; of shared hosts, and where no host is named, it
 * is the path with all below it.
 */
export function isInTheWay(older: Claim, claim: Claim, sharedHosts: readonly string[]): boolean {
  const isSameHost = older.host === claim.host;
  if (isSameHost && older.segments.join('/') === claim.segments.join('/')) return true;
  if (older.namespace === claim.namespace) return false;
  const isOwned = older.host !== '' && !sharedHosts.includes(older.host);
  if (isOwned) return isSameHost || older.host === wildcardOf(claim.host);
  return isSameHost && older.segments.length > 0 && isPrefix(older.segments, claim.segments);
}

function isPrefix(start: readonly string[], segments: readonly string[]): boolean {
  return start.every((segment, index) => segments[index] === segment);
}
