import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno, PlatformError } from '../lib/errors.ts';
import { inUsePath, type BundleName, type BundleVersion } from './paths.ts';

/**
 * A lease is an empty file that a faas-server process holds while it uses a version of a bundle. Its folder's
 * modification time is the server's sign of life; a folder without one for too long belonged to a server that is gone.
 */
const serverIdPattern = /^[A-Za-z0-9][-.A-Za-z0-9]{0,127}$/;

function serverPath(root: string, serverId: string): string {
  if (serverIdPattern.test(serverId)) return join(inUsePath(root), serverId);
  throw new PlatformError('bad_request', `"${serverId}" cannot be a server id`, {
    hint: 'Use letters, digits, "-" and ".".',
  });
}

const leaseName = ({ namespace }: BundleName, version: BundleVersion): string => `${namespace}.${version}`;

/** Call it when a server starts: makes its folder, empty. What an earlier process with this id held is given back. */
export async function openLeases(root: string, serverId: string): Promise<void> {
  const path = serverPath(root, serverId);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
}

/** Gives back all leases of a server. */
export async function closeLeases(root: string, serverId: string): Promise<void> {
  await rm(serverPath(root, serverId), { recursive: true, force: true });
}

/** The sign of life. Call it every 10 s or so; makes the folder again if it was swept. */
export async function renewLeases(root: string, serverId: string, nowMs: number): Promise<void> {
  const path = serverPath(root, serverId);
  await mkdir(path, { recursive: true });
  await utimes(path, nowMs / 1000, nowMs / 1000);
}

export async function takeLease(
  root: string,
  serverId: string,
  bundle: BundleName,
  version: BundleVersion,
): Promise<void> {
  const folder = serverPath(root, serverId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, leaseName(bundle, version)), '');
}

export async function releaseLease(
  root: string,
  serverId: string,
  bundle: BundleName,
  version: BundleVersion,
): Promise<void> {
  await rm(join(serverPath(root, serverId), leaseName(bundle, version)), { force: true });
}

/** Removes the folders of servers that have shown no life for `staleMs`. Returns their ids. */
export async function sweepLeases(
  root: string,
  { nowMs, staleMs }: { nowMs: number; staleMs: number },
): Promise<string[]> {
  const swept: string[] = [];
  for (const id of await servers(root)) {
    const path = join(inUsePath(root), id);
    if (nowMs - (await modifiedMs(path)) <= staleMs) continue;
    await rm(path, { recursive: true, force: true });
    swept.push(id);
  }
  return swept;
}

/** All leases that any server holds; ask `isLeased` of the result. */
export async function readLeases(root: string): Promise<ReadonlySet<string>> {
  const leases = new Set<string>();
  for (const id of await servers(root)) {
    for (const name of await readdir(join(inUsePath(root), id)).catch(ignoreMissing)) leases.add(name);
  }
  return leases;
}

export function isLeased(leases: ReadonlySet<string>, bundle: BundleName, version: BundleVersion): boolean {
  return leases.has(leaseName(bundle, version));
}

async function servers(root: string): Promise<string[]> {
  return readdir(inUsePath(root)).catch(ignoreMissing);
}

async function modifiedMs(path: string): Promise<number> {
  const found = await stat(path).catch(ignoreMissing);
  return Array.isArray(found) ? Number.POSITIVE_INFINITY : found.mtimeMs;
}

function ignoreMissing(error: unknown): never[] {
  if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
  throw error;
}
