import { formatKey, type ObjectRef } from '../kube/objects.ts';
import { isInTheWay, type Claim } from './claim.ts';
import { namespaceBelow, ownerOf, type ClaimBook } from './claim-book.ts';
import { platformHostRefusal } from './platform-hosts.ts';

export interface Arbitration {
  book: Pick<ClaimBook, 'around'>;
  /** Whether there is a function of that name. */
  exists: (ref: ObjectRef) => boolean;
  /** Whether there is any in a namespace. */
  hasFunctions: (namespace: string) => boolean;
  /** Whether it is served now, by the route of an Image. */
  isServed: (claim: Claim) => boolean;
  /** Hosts at which every function has its path. */
  platformHosts: readonly string[];
  /** Hosts that several namespaces may have paths of. */
  sharedHosts: readonly string[];
}

/** Of the data plane itself. */
const reservedPaths = ['healthz', 'readyz', 'metrics'];

/** Why a claim is not granted, as a sentence; undefined where it is. Of two the older counts, if it is granted itself. */
export function refusalOf(claim: Claim, arbitration: Arbitration): string | undefined {
  return (
    platformHostRefusal(claim.host, arbitration.platformHosts) ??
    ownAddressRefusal(claim, arbitration) ??
    allAddressesRefusal(claim, arbitration) ??
    olderClaimRefusal(claim, arbitration)
  );
}

function ownAddressRefusal(claim: Claim, { exists }: Arbitration): string | undefined {
  const { host, segments, namespace, functionName } = claim;
  const [first = ''] = segments;
  if (host === '' && segments.length === 1 && reservedPaths.includes(first))
    return `Path /${first} without a host is the data plane's own. Choose another path, or name a host.`;
  const owner = ownerOf(claim);
  if (owner === undefined || !exists(owner)) return undefined;
  if (owner.namespace === namespace && owner.name === functionName) return undefined;
  const what = host === '' ? `Path /${formatKey(owner)}` : `Host ${host}`;
  return `${what} belongs to function ${formatKey(owner)}: callers in the cluster reach it there. Choose another one.`;
}

/** A node that does not have a function of that namespace yet would send its callers to another one. */
function allAddressesRefusal(claim: Claim, { hasFunctions }: Arbitration): string | undefined {
  const namespace = namespaceBelow(claim);
  if (namespace === undefined || !hasFunctions(namespace)) return undefined;
  const place = claim.host === '' ? `Path /${namespace}` : `Host ${claim.host}`;
  return `${place} is that of all functions of namespace ${namespace}: callers in the cluster reach them there. Choose another one.`;
}

function olderClaimRefusal(claim: Claim, arbitration: Arbitration): string | undefined {
  for (const older of arbitration.book.around(claim.host)) {
    if (older.since >= claim.since) return undefined;
    if (!isInTheWay(older, claim, arbitration.sharedHosts)) continue;
    // How old an Image is says nothing about its routes by hand: who is served already stays.
    if (older.kind === 'Image' && arbitration.isServed(claim)) continue;
    if (refusalOf(older, arbitration) === undefined) return taken(older, claim);
  }
  return undefined;
}

function taken(older: Claim, { host, segments }: Claim): string {
  const holder = `${older.kind} ${older.key}, which is older`;
  const path = `/${segments.join('/')}`;
  const isSamePath = older.segments.join('/') === segments.join('/');
  const then = 'Choose another one; this one takes effect when that goes.';
  if (older.host === '')
    return `Path /${older.segments.join('/')} of any host is taken by ${holder}. ${then}`;
  if (isSamePath && older.host === host)
    return `Host ${host} with path ${path} is taken by ${holder}. ${then}`;
  return `Host ${older.host} belongs to namespace ${older.namespace} by ${holder}. ${then}`;
}
