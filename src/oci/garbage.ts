import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hasErrno } from '../lib/errors.ts';
import { isLeased, readLeases } from './bundle-leases.ts';
import { currentVersion } from './bundles.ts';
import type { CollectionGuard } from './collection-guard.ts';
import { blobsPath, readImage, refsPath } from './image-store.ts';
import { bundlesPath, layersPath, versionOwner, type BundleName } from './paths.ts';
import { digestsOf } from './pull-image.ts';

export interface CollectOptions {
  nowMs: number;
  /** A version that was in use so recently stays, also without a lease. */
  graceMs: number;
  /** Look for layers and blobs to remove also when no version was. */
  sweepAll: boolean;
}

export interface Collected {
  versions: number;
  layers: number;
  blobs: number;
}

/** The part of a KontainerSpec that says what must stay. */
const rootsSchema = z.object({ digest: z.string(), layers: z.array(z.string()) });
const refSchema = z.object({ manifest: z.string() });

/** Begins the name of what is on its way out; recoverGarbage finishes that after a crash. */
const doomedPrefix = '.gc-';

/**
 * Mark and sweep over `root`: versions of bundles that nobody holds, then the layers and blobs that no version names.
 * An unreadable version stops it before anything is removed. Removal is a rename first, so a crash leaves nothing half.
 */
export async function collectGarbage(
  root: string,
  guard: CollectionGuard,
  options: CollectOptions,
): Promise<Collected> {
  const doomed: string[] = [];
  const counts = await guard.exclusive(async () => {
    const versions = await collectVersions(root, options, doomed);
    if (versions === 0 && !options.sweepAll) return { versions, layers: 0, blobs: 0 };
    const live = await markLive(root);
    const layers = await sweepFolder(layersPath(root), (name) => isLive(live.digests, guard, name), doomed);
    const blobs = guard.copying ? 0 : await sweepBlobs(root, live, guard, doomed);
    return { versions, layers, blobs };
  });
  for (const path of doomed) await rm(path, { recursive: true, force: true });
  return counts;
}

/** Once at start: finishes removals that a crash cut short, and removes what it left of unfinished work. */
export async function recoverGarbage(root: string): Promise<void> {
  const leases = await readLeases(root);
  for (const namespace of await names(bundlesPath(root))) {
    const folder = join(bundlesPath(root), namespace, '.versions');
    for (const name of await names(folder)) {
      const version = name.startsWith(doomedPrefix) ? name.slice(doomedPrefix.length) : null;
      const bundle = { namespace, name: '' };
      if (version !== null && isLeased(leases, bundle, version))
        await rename(join(folder, name), join(folder, version));
    }
    await removeHidden(folder);
    await removeHidden(join(bundlesPath(root), namespace), ['.versions']);
  }
  for (const folder of storeFolders(root)) await removeHidden(folder);
}

const storeFolders = (root: string): string[] => [
  layersPath(root),
  join(blobsPath(root), 'sha256'),
  refsPath(root),
  join(blobsPath(root), '..'),
];

async function removeHidden(folder: string, except: readonly string[] = []): Promise<void> {
  for (const name of await names(folder)) {
    if (name.startsWith('.') && !except.includes(name))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function collectVersions(root: string, options: CollectOptions, doomed: string[]): Promise<number> {
  let count = 0;
  const leases = await readLeases(root);
  for (const namespace of await names(bundlesPath(root))) {
    const folder = join(bundlesPath(root), namespace, '.versions');
    for (const version of await names(folder)) {
      const name = versionOwner(version);
      if (name === null || isLeased(leases, { namespace, name }, version)) continue;
      if (!(await isRetired(root, { namespace, name }, join(folder, version), options))) continue;
      if (await retire(root, { namespace, name }, folder, version)) {
        doomed.push(join(folder, `${doomedPrefix}${version}`));
        count += 1;
      }
    }
    await removeIfEmpty(folder, join(bundlesPath(root), namespace));
  }
  return count;
}

async function isRetired(
  root: string,
  bundle: BundleName,
  path: string,
  { nowMs, graceMs }: CollectOptions,
): Promise<boolean> {
  if ((await currentVersion(root, bundle)) === path.slice(path.lastIndexOf('/') + 1)) return false;
  return nowMs - (await stat(path)).mtimeMs >= graceMs;
}

/** Moved away first, then the leases are read again: a server that took one meanwhile either sees it gone or keeps it. */
async function retire(root: string, bundle: BundleName, folder: string, version: string): Promise<boolean> {
  const moved = join(folder, `${doomedPrefix}${version}`);
  await rename(join(folder, version), moved);
  if (!isLeased(await readLeases(root), bundle, version)) return true;
  await rename(moved, join(folder, version));
  return false;
}

interface Live {
  /** Manifests, configurations, blobs of layers, and diff ids. */
  digests: Set<string>;
  manifests: Set<string>;
}

async function markLive(root: string): Promise<Live> {
  const live: Live = { digests: new Set(), manifests: new Set() };
  for (const namespace of await names(bundlesPath(root))) {
    const folder = join(bundlesPath(root), namespace, '.versions');
    for (const version of await names(folder)) {
      if (versionOwner(version) === null) continue;
      const text = await readFile(join(folder, version, 'spec.json'), 'utf8');
      const { digest, layers } = rootsSchema.parse(JSON.parse(text));
      live.manifests.add(digest);
      for (const layer of layers) live.digests.add(layer);
    }
  }
  for (const manifest of live.manifests) await markImage(root, manifest, live);
  return live;
}

/** Blobs are needed only to unpack again: without the manifest a bundle still works. */
async function markImage(root: string, manifest: string, { digests }: Live): Promise<void> {
  try {
    for (const digest of digestsOf(await readImage(root, manifest))) digests.add(digest);
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EMFILE', 'ENFILE', 'EIO')) throw error;
    digests.add(manifest);
  }
}

const isLive = (live: ReadonlySet<string>, guard: CollectionGuard, hex: string): boolean =>
  live.has(`sha256:${hex}`) || guard.isPinned(`sha256:${hex}`);

async function sweepBlobs(
  root: string,
  live: Live,
  guard: CollectionGuard,
  doomed: string[],
): Promise<number> {
  for (const name of await names(refsPath(root))) {
    const path = join(refsPath(root), name);
    const { manifest } = refSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (!live.manifests.has(manifest) && !guard.isPinned(manifest)) await rm(path, { force: true });
  }
  return sweepFolder(join(blobsPath(root), 'sha256'), (name) => isLive(live.digests, guard, name), doomed);
}

async function sweepFolder(
  folder: string,
  keep: (name: string) => boolean,
  doomed: string[],
): Promise<number> {
  let count = 0;
  for (const name of await names(folder)) {
    if (name.startsWith('.') || keep(name)) continue;
    const moved = join(folder, `${doomedPrefix}${randomUUID()}`);
    await rename(join(folder, name), moved);
    doomed.push(moved);
    count += 1;
  }
  return count;
}

async function removeIfEmpty(...folders: string[]): Promise<void> {
  for (const folder of folders) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (!hasErrno(error, 'ENOTEMPTY', 'ENOENT')) throw error;
    }
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
