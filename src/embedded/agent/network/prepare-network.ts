import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { VolumeBind } from '../container-config.ts';
import { refusedRoutes } from './refused-routes.ts';
import { resolverFile } from './resolver-file.ts';
import { networkFiles } from './start-network.ts';

const resolvers = '/etc/resolv.conf';

/** Writes what startNetwork reads into the folder of a container; returns the resolver's file for the container. */
export async function prepareNetwork(folder: string): Promise<VolumeBind> {
  await writeFile(join(folder, networkFiles.routes), refusedRoutes(networkInterfaces()));
  const machine = existsSync(resolvers) ? await readFile(resolvers, 'utf8') : '';
  const source = join(folder, networkFiles.resolver);
  await writeFile(source, resolverFile(machine), { mode: 0o644 });
  return { source, path: resolvers, readOnly: true };
}
