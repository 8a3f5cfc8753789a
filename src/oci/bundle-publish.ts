import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurable } from '../lib/durable-file.ts';
import { hasErrno } from '../lib/errors.ts';
import { writeBundleFiles, type BundleFiles } from './bundle-files.ts';
import { currentVersion } from './bundles.ts';
import {
  bundleLinkPath,
  bundlesPath,
  namespacePath,
  versionPath,
  type BundleName,
  type BundleVersion,
} from './paths.ts';

export interface BundleContent {
  /** A KontainerSpec; its layers must be unpacked already. */
  spec: object;
  /** The OCI image configuration. */
  imageConfig: object;
  /** Where the function is called besides its own host and path; left out for nowhere. */
  routes?: object;
  /** What the bundle was made from, for faas-downloader alone. */
  source?: object;
  /** Files over those of the image. The spec has a hash of them: it names the version. */
  files?: BundleFiles;
}

/**
 * Makes a version of a bundle the one in use, in one step for every reader. The same content is the same version, so
 * doing it again changes nothing. The version before stays until collectGarbage removes it.
 */
export async function publishBundle(
  root: string,
  bundle: BundleName,
  content: BundleContent,
  nowMs: number,
): Promise<BundleVersion> {
  const spec = JSON.stringify(content.spec);
  const imageConfig = JSON.stringify(content.imageConfig);
  const source = JSON.stringify(content.source ?? {});
  const routes = content.routes === undefined ? undefined : JSON.stringify(content.routes);
  const rest = hashOf([spec, source, routes ?? '']);
  const version = `${bundle.name}@${hashOf([programOf(content), imageConfig])}-${rest}`;
  const before = await currentVersion(root, bundle);
  if (before === version) return version;
  const documents = {
    'spec.json': spec,
    'image-config.json': imageConfig,
    'source.json': source,
    ...(routes === undefined ? {} : { 'routes.json': routes }),
  };
  await writeVersion(root, bundle, version, { documents, files: content.files });
  if (before !== null) await startGrace(root, bundle, before, nowMs);
  await switchLink(root, bundle, version);
  return version;
}

/** The spec without what says only where it comes from: a version of the same program goes on with the Kontainers it has. */
function programOf({ spec }: BundleContent): string {
  return JSON.stringify({ ...spec, generation: undefined });
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
}

/** The function has no bundle any more; its versions stay until nobody holds a lease. Not there is no error. */
export async function removeBundle(root: string, bundle: BundleName, nowMs: number): Promise<void> {
  const before = await currentVersion(root, bundle);
  if (before !== null) await startGrace(root, bundle, before, nowMs);
  await rm(bundleLinkPath(root, bundle), { force: true });
}

/** What a version was made from; null when it is not there. */
export async function readSource(root: string, bundle: BundleName, version: BundleVersion): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(versionPath(root, bundle, version), 'source.json'), 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

async function writeVersion(
  root: string,
  bundle: BundleName,
  version: BundleVersion,
  { documents, files }: { documents: Record<string, string>; files: BundleFiles | undefined },
): Promise<void> {
  const folder = versionPath(root, bundle, version);
  const temporary = versionPath(root, bundle, `.tmp-${randomUUID()}`);
  // Environment values can be secrets: nobody but root reads the bundles.
  await mkdir(bundlesPath(root), { recursive: true, mode: 0o700 });
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    for (const [name, text] of Object.entries(documents))
      await writeDurable(join(temporary, name), text, 0o600);
    if (files !== undefined) await writeBundleFiles(join(temporary, 'files'), files);
    await syncFolder(temporary);
    await rename(temporary, folder);
  } catch (error) {
    // Not empty: the same content is there from an earlier time.
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function switchLink(root: string, bundle: BundleName, version: BundleVersion): Promise<void> {
  const folder = namespacePath(root, bundle);
  const temporary = join(folder, `.tmp-${randomUUID()}`);
  await symlink(join('.versions', version), temporary);
  await rename(temporary, bundleLinkPath(root, bundle));
  await syncFolder(folder);
}

/** The modification time of a version's folder says when it was last in use. */
async function startGrace(
  root: string,
  bundle: BundleName,
  version: BundleVersion,
  nowMs: number,
): Promise<void> {
  const now = nowMs / 1000;
  await utimes(versionPath(root, bundle, version), now, now).catch((error: unknown) => {
    if (!hasErrno(error, 'ENOENT')) throw error;
  });
}
