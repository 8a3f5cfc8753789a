/** Asks the machine's own resolver, wherever that listens: on loopback, too (slirp4netns, --disable-dns). */
const nameserver = '10.0.2.3';

/** resolv.conf of a container with a network of its own: the machine's but for its name servers, which may be out of reach. */
export function resolverFile(machine: string): string {
  const lines = machine.split('\n').filter((line) => /^\s*(search|domain|options)\s/.test(line));
  return [`nameserver ${nameserver}`, ...lines, ''].join('\n');
}
