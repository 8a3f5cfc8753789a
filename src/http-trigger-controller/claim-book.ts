import type { StoredHttpTrigger } from '../api/http-trigger.ts';
import type { StoredImage } from '../api/image.ts';
import { functionOfHost, functionOfSegments } from '../api/own-address.ts';
import { formatKey, keyOf } from '../kube/objects.ts';
import { MultiMap } from '../lib/multi-map.ts';
import { claimOfTrigger, claimsOfImage, routesOfImage, wildcardOf, type Claim } from './claim.ts';
import type { PublicAddress } from './public-address.ts';

/** All claims there are, found by what they are about. */
export class ClaimBook {
  readonly #address: PublicAddress;
  /** By `kind key` of the object. */
  readonly #claims = new Map<string, readonly Claim[]>();
  readonly #byHost = new MultiMap<string, Claim>();
  /** Triggers by the function that they lead to, and by the function whose own host or path they name. */
  readonly #byFunction = new MultiMap<string, string>();
  readonly #byOwner = new MultiMap<string, string>();
  /** Images by the trigger that they have a route of. */
  readonly #imagesByTrigger = new MultiMap<string, string>();
  readonly #triggersByImage = new Map<string, readonly string[]>();

  constructor(address: PublicAddress) {
    this.#address = address;
  }

  setTrigger(object: StoredHttpTrigger): Claim {
    const claim = claimOfTrigger(object, this.#address);
    this.#replace(`HTTPTrigger ${claim.key}`, [claim]);
    return claim;
  }

  deleteTrigger(object: StoredHttpTrigger): void {
    this.#replace(`HTTPTrigger ${keyOf(object)}`, []);
  }

  setImage(object: StoredImage): readonly Claim[] {
    const { namespace = '' } = object.metadata;
    const triggers = routesOfImage(object).flatMap(({ trigger }) =>
      typeof trigger === 'string' ? [`${namespace}/${trigger}`] : [],
    );
    this.#relate(keyOf(object), triggers);
    return this.#replace(`Image ${keyOf(object)}`, claimsOfImage(object));
  }

  deleteImage(object: StoredImage): void {
    this.#relate(keyOf(object), []);
    this.#replace(`Image ${keyOf(object)}`, []);
  }

  ofTrigger(key: string): Claim | undefined {
    return this.#claims.get(`HTTPTrigger ${key}`)?.[0];
  }

  ofImage(key: string): readonly Claim[] {
    return this.#claims.get(`Image ${key}`) ?? [];
  }

  /** Those that could be in each other's way with a claim to that host, the oldest first. */
  around(host: string): Claim[] {
    const below = host.startsWith('*')
      ? [...this.#byHost.keys()].filter((one) => wildcardOf(one) === host)
      : [];
    const hosts = [host, ...(host === '' ? [] : [wildcardOf(host)]), ...below];
    const claims = [...new Set(hosts)].flatMap((one) => this.#byHost.get(one));
    return claims.sort((a, b) => (a.since < b.since ? -1 : Number(a.since > b.since)));
  }

  triggersOf(functionKey: string): readonly string[] {
    return this.#byFunction.get(functionKey);
  }

  /** Triggers that name the own host or path of a function. */
  triggersAt(functionKey: string): readonly string[] {
    return this.#byOwner.get(functionKey);
  }

  imagesWith(triggerKey: string): readonly string[] {
    return this.#imagesByTrigger.get(triggerKey);
  }

  #replace(holder: string, claims: readonly Claim[]): readonly Claim[] {
    for (const claim of this.#claims.get(holder) ?? []) this.#index(claim, 'delete');
    if (claims.length === 0) this.#claims.delete(holder);
    else this.#claims.set(holder, claims);
    for (const claim of claims) this.#index(claim, 'add');
    return claims;
  }

  #index(claim: Claim, change: 'add' | 'delete'): void {
    this.#byHost[change](claim.host, claim);
    if (claim.kind === 'Image') return;
    this.#byFunction[change](`${claim.namespace}/${claim.functionName}`, claim.key);
    const owner = ownerOf(claim);
    if (owner !== undefined) this.#byOwner[change](formatKey(owner), claim.key);
    const below = namespaceBelow(claim);
    if (below !== undefined) this.#byOwner[change](`${below}/${anyFunction}`, claim.key);
  }

  #relate(image: string, triggers: readonly string[]): void {
    for (const trigger of this.#triggersByImage.get(image) ?? [])
      this.#imagesByTrigger.delete(trigger, image);
    if (triggers.length === 0) this.#triggersByImage.delete(image);
    else this.#triggersByImage.set(image, triggers);
    for (const trigger of triggers) this.#imagesByTrigger.add(trigger, image);
  }
}

/** What a claim says about the own hosts or paths of all functions of a namespace is indexed by this name, which none has. */
export const anyFunction = '*';

/** The other namespace all of whose functions have their own hosts or paths below a claim: `*.<namespace>`, `/<namespace>`. */
export function namespaceBelow({ host, segments, namespace: own }: Claim): string | undefined {
  const [first = '', ...more] = segments;
  const named = host.startsWith('*.')
    ? functionOfHost(`any${host.slice(1)}`)
    : host === '' && more.length === 0
      ? functionOfSegments([first, 'any'])
      : undefined;
  return named?.namespace === own ? undefined : named?.namespace;
}

/** The function whose own host or path a claim names, whether it exists or not. */
export function ownerOf({ host, segments }: Claim): { namespace: string; name: string } | undefined {
  return host === '' ? functionOfSegments(segments) : functionOfHost(host);
}
