import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasErrno } from '../lib/errors.ts';
import { releaseLease, takeLease } from './bundle-leases.ts';
import {
  bundleLinkPath,
  bundlesPath,
  isBundleName,
  versionOwner,
  versionPath,
  type BundleName,
  type BundleVersion,
} from './paths.ts';

/** One version of a function's bundle. Both documents are as written by faas-downloader, not validated here. */
export interface Bundle {
  bundle: BundleName;
  version: BundleVersion;
  /** A KontainerSpec (src/kontainer/spec.ts). */
  spec: unknown;
  /** The OCI image configuration. */
  imageConfig: unknown;
}

/** The version in use, or null when the function has no bundle. */
export async function currentVersion(root: string, bundle: BundleName): Promise<BundleVersion | null> {
  try {
    const version = basename(await readlink(bundleLinkPath(root, bundle)));
    return versionOwner(version) === bundle.name ? version : null;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return null;
    throw error;
  }
}

/** Reads a bundle without a lease: what it names may be collected at any time. */
export async function readCurrent(root: string, bundle: BundleName): Promise<Bundle | null> {
  return untilStable(root, bundle, (version) => readVersion(root, bundle, version));
}

/**
 * Takes a lease on the version in use and reads it. From then on, until `releaseBundle`, neither the version nor its
 * layers are collected. Null when the function has no bundle. A lease is a file: taking it again changes nothing, so a
 * server counts its own users of one version.
 */
export async function leaseCurrent(
  root: string,
  serverId: string,
  bundle: BundleName,
): Promise<Bundle | null> {
  return untilStable(root, bundle, async (version) => {
    await takeLease(root, serverId, bundle, version);
    // The collector moves a version away before it looks for leases: a folder that is still there now is ours.
    const found = await readVersion(root, bundle, version);
    if (found === null) await releaseLease(root, serverId, bundle, version);
    return found;
  });
}

/** Gives a lease back; one that is not there is no error. */
export async function releaseBundle(
  root: string,
  serverId: string,
  { bundle, version }: Pick<Bundle, 'bundle' | 'version'>,
): Promise<void> {
  await releaseLease(root, serverId, bundle, version);
}

/** All functions that have a bundle, in no order. */
export async function listBundles(root: string): Promise<BundleName[]> {
  const namespaces = await readdirIfThere(bundlesPath(root));
  const lists = await Promise.all(namespaces.map((namespace) => listNamespace(root, namespace)));
  return lists.flat();
}

export async function listNamespace(root: string, namespace: string): Promise<BundleName[]> {
  const names = await readdirIfThere(join(bundlesPath(root), namespace));
  return names.map((name) => ({ namespace, name })).filter(isBundleName);
}

async function readVersion(root: string, bundle: BundleName, version: BundleVersion): Promise<Bundle | null> {
  const folder = versionPath(root, bundle, version);
  try {
    const [spec, imageConfig] = await Promise.all([
      readFile(join(folder, 'spec.json'), 'utf8'),
      readFile(join(folder, 'image-config.json'), 'utf8'),
    ]);
    return { bundle, version, spec: JSON.parse(spec), imageConfig: JSON.parse(imageConfig) };
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

/** What the version has for the function's routes; null for nothing. */
export async function readRoutes(root: string, bundle: BundleName, version: BundleVersion): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(versionPath(root, bundle, version), 'routes.json'), 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return null;
    throw error;
  }
}

const maxAttempts = 100;

/** A version can be switched and collected between reading the link and reading its folder: then the link is read again. */
async function untilStable(
  root: string,
  bundle: BundleName,
  read: (version: BundleVersion) => Promise<Bundle | null>,
): Promise<Bundle | null> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const version = await currentVersion(root, bundle);
    if (version === null) return null;
    const found = await read(version);
    if (found !== null) return found;
  }
  return null;
}

async function readdirIfThere(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
