import type { KubelessConfig } from '../api/kubeless-config/kubeless-config.ts';
import { dataPlaneHost, type DataPlane } from '../controllers/data-plane.ts';
import { wildcardOf } from './claim.ts';
import type { PublicAddress } from './public-address.ts';

export interface PlatformPlaces {
  address: PublicAddress;
  functionsUrl: KubelessConfig['functionsUrl'];
  dataPlane: DataPlane;
}

/** Hosts at which every function has its path `/<namespace>/<function>`, in lower case. */
export function platformHosts({ address, functionsUrl, dataPlane }: PlatformPlaces): string[] {
  const urls = [address.url?.href, functionsUrl, dataPlane.config.url];
  const named = urls.flatMap((url) => URL.parse(url ?? '')?.hostname ?? []);
  const whole = dataPlaneHost(dataPlane);
  const [service = '', namespace = '', svc = ''] = whole.split('.');
  const short = [service, `${service}.${namespace}`, `${service}.${namespace}.${svc}`];
  return [...named, ...short, whole].map((host) => host.toLowerCase());
}

/** Why a host is no trigger's: who has it would have the calls of all functions, as a host comes before their paths. */
export function platformHostRefusal(host: string, hosts: readonly string[]): string | undefined {
  const covered = hosts.find((one) => host === one || (host !== '' && host === wildcardOf(one)));
  if (covered === undefined) return undefined;
  const what = covered === host ? `Host ${host} is` : `Host ${host} has ${covered} in it, which is`;
  return `${what} where all functions have their paths. Choose another one, or leave the host out: a path without one counts there too.`;
}
