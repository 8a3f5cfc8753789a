const dockerHub = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
const loopback = /^(localhost|.+\.localhost|127\..+|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f..|0):.+\])$/;

/** Whether two `host[:port]` lead to the same registry, however they are spelled; names in the DNS are not asked. */
export function isSameRegistry(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(registry: string): string {
  const url = URL.parse(`https://${registry}`);
  // Brings numbers, capitals and leading zeros of addresses and ports into one form.
  const { hostname, port } = url ?? { hostname: registry.toLowerCase(), port: '' };
  const name = hostname.replace(/\.$/, '');
  if (dockerHub.includes(name)) return 'docker.io';
  const host = loopback.test(name) ? 'localhost' : name;
  // Without a port it is 443, and 80 where plain HTTP is spoken.
  return port === '' || port === '80' ? host : `${host}:${port}`;
}
