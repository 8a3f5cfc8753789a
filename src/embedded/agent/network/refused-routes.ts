import type { NetworkInterfaceInfo } from 'node:os';

/**
 * Where clouds have what a machine is told about itself, its credentials included; and what is no single host. slirp4netns gives containers IPv4
 * alone.
 */
const refusedNetworks = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
];

/** slirp4netns' own: the gateway leads nowhere, the resolver answers on port 53 only, the last is the container's. */
const ownAddresses = new Set(['10.0.2.2', '10.0.2.3', '10.0.2.100']);

type Interfaces = Readonly<
  Record<string, readonly Pick<NetworkInterfaceInfo, 'address' | 'family'>[] | undefined>
>;

/**
 * Commands for `ip -batch` in a network namespace that is new: it has loopback, and no way to the machine's own addresses, at which its services
 * listen that are not on loopback alone.
 */
export function refusedRoutes(interfaces: Interfaces): string {
  const machine = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, family }) => family === 'IPv4' && !ownAddresses.has(address))
    .flatMap(({ address }) => (address.startsWith('127.') ? [] : [`${address}/32`]));
  const refused = new Set([...refusedNetworks, ...machine]);
  return ['link set lo up', ...[...refused].map((to) => `route add prohibit ${to}`), ''].join('\n');
}
