import { join } from 'node:path';
import { PlatformError } from '../lib/errors.ts';

/**
 * Where things lie under the platform's root folder (default `/kontain`), shared by faas-downloader and faas-server:
 *
 * ```
 * oci-images/                               one OCI image layout, see image-store.ts
 * oci-layers/<hex of diff id>/fs/           a layer unpacked, see layers.ts
 * oci-bundles/<namespace>/<function>        symbolic link to the version in use, switched by rename
 * oci-bundles/<namespace>/.versions/<function>@<hash>/{spec,image-config,routes}.json
 * oci-bundles/<namespace>/.versions/<function>@<hash>/files/   what Secrets and ConfigMaps put over the image's files
 * in-use/<server id>/<namespace>.<function>@<hash>   leases, see bundle-leases.ts
 * ```
 *
 * Names that begin with a dot are never Kubernetes names, so ours cannot clash with a function's.
 */
export const imagesPath = (root: string): string => join(root, 'oci-images');
export const layersPath = (root: string): string => join(root, 'oci-layers');
export const bundlesPath = (root: string): string => join(root, 'oci-bundles');
export const inUsePath = (root: string): string => join(root, 'in-use');

export interface BundleName {
  namespace: string;
  name: string;
}

const namespacePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** With the namespace and the hash it still fits into one file name of 255 bytes. */
const maxNameLength = 150;

export function isBundleName({ namespace, name }: BundleName): boolean {
  return namespacePattern.test(namespace) && name.length <= maxNameLength && namePattern.test(name);
}

/** The folder of a namespace. Throws `invalid` for what is no Kubernetes name: it becomes a path. */
export function namespacePath(root: string, bundle: BundleName): string {
  if (isBundleName(bundle)) return join(bundlesPath(root), bundle.namespace);
  throw new PlatformError('invalid', `${bundle.namespace}/${bundle.name} cannot be the name of a function`, {
    hint: `Use lower case letters, digits, "-" and ".", at most ${maxNameLength} of them.`,
  });
}

export function bundleLinkPath(root: string, bundle: BundleName): string {
  return join(namespacePath(root, bundle), bundle.name);
}

/** `<function>@<hash of its program>-<hash of the rest>`: names one version of a function within its namespace. */
export type BundleVersion = string;

const versionPattern = /^([a-z0-9][-.a-z0-9]*)@([0-9a-f]{16})(?:-[0-9a-f]{16})?$/;

/** The function that a version folder belongs to; null for any other file name. */
export function versionOwner(version: string): string | null {
  return versionPattern.exec(version)?.[1] ?? null;
}

/** Whether Kontainers of one version are as those of the other: they differ in routes, or in where they come from. */
export function isSameProgram(one: BundleVersion, other: BundleVersion): boolean {
  const program = (version: BundleVersion): string => versionPattern.exec(version)?.[2] ?? version;
  return program(one) === program(other);
}

export function versionPath(root: string, bundle: BundleName, version: BundleVersion): string {
  return join(namespacePath(root, bundle), '.versions', version);
}

/** The topmost of a function's own layers; only where its spec says that there are such files. */
export function versionFilesPath(root: string, bundle: BundleName, version: BundleVersion): string {
  return join(versionPath(root, bundle, version), 'files');
}

const digestPattern = /^sha256:([0-9a-f]{64})$/;

/** The 64 hex digits of a `sha256:` digest. Throws `invalid` for anything else: it becomes a path. */
export function digestHex(digest: string): string {
  const hex = digestPattern.exec(digest)?.[1];
  if (hex !== undefined) return hex;
  throw new PlatformError('invalid', `"${digest}" is not a sha256 digest`, {
    hint: 'Only images whose blobs are named by sha256 digests can be used.',
  });
}

/** The folder of an unpacked layer; what it holds is in its `fs`, owned by shifted ids (id-base.ts). */
export const layerPath = (root: string, diffId: string): string => join(layersPath(root), digestHex(diffId));
export const layerContentPath = (root: string, diffId: string): string => join(layerPath(root, diffId), 'fs');
