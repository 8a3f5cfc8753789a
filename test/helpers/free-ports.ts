import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/**
 * Free loopback ports below the range from which the kernel takes ports for outgoing connections (32768 on Linux), so
 * that no connection grabs one of them between this check and its use.
 */
export async function freePorts(count: number, random: () => number = Math.random): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = await listenOn(20_000 + Math.floor(random() * 12_000));
    if (server !== null) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

async function listenOn(port: number): Promise<Server | null> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const ports = await freePorts(Number(process.argv[2] ?? 1));
  process.stdout.write(`${ports.join(' ')}\n`);
}
