import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { replaceFile } from '../../lib/durable-file.ts';
import { hasErrno, PlatformError } from '../../lib/errors.ts';

/** Rejects with `conflict` when another program listens on the port of the calls. */
export async function checkCallPort(port: number): Promise<void> {
  try {
    await tryListen(port);
  } catch (cause) {
    if (hasErrno(cause, 'EADDRINUSE'))
      throw new PlatformError('conflict', `port ${port} on 127.0.0.1 is taken by another program`, {
        hint: `Choose another one: KONTAIN_PORT=${port + 1} make up. \`ss -ltnp sport = :${port}\` shows who has it.`,
        cause,
      });
    throw cause;
  }
}

/**
 * The port of last time, which a file has, so that a kubeconfig and the names of images stay valid; another free one when
 * that is taken or unknown.
 */
export async function choosePort(file: string): Promise<number> {
  const last = readPort(file);
  const port = last === null ? await tryListen(0) : await tryListen(last).catch(() => tryListen(0));
  if (port !== last) await replaceFile(file, `${port}\n`);
  return port;
}

function readPort(path: string): number | null {
  try {
    const port = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

async function tryListen(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return address.port;
}
