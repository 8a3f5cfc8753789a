import { isIP } from 'node:net';

/** Where callers from outside reach the data plane without an Ingress controller, as far as it is known. */
export interface PublicAddress {
  /** `http://host:port` */
  url: URL | undefined;
  tlsPort: number | undefined;
}

interface Place {
  host: string;
  path: string;
  isTls: boolean;
}

/** The host of a trigger that names neither host nor path, where there is a domain to make one from. */
export function defaultHost(functionName: string, namespace: string, { url }: PublicAddress): string {
  if (url === undefined) return '';
  const { hostname } = url;
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  // nip.io answers a name with the address in it; one of IPv6 is written with dashes.
  const domain = isIP(address) === 0 ? hostname : `${address.replaceAll(':', '-')}.nip.io`;
  return `${functionName}.${namespace}.${domain}`;
}

/** Undefined where it takes a name that is not known here: a wildcard's, or that of the Ingress controller. */
export function urlOf({ host, path, isTls }: Place, address: PublicAddress): string | undefined {
  const name = host === '' ? address.url?.hostname : host;
  if (name === undefined || name.startsWith('*')) return undefined;
  const url = new URL(`${isTls ? 'https' : 'http'}://${name}`);
  // The standard port of a scheme is left out by itself.
  url.port = String((isTls ? address.tlsPort : address.url?.port) ?? '');
  url.pathname = path;
  return url.href;
}
