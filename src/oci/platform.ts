import { PlatformError } from '../lib/errors.ts';
import type { ImageConfig, ImageIndex } from './image-documents.ts';

/** Go's names for architectures, which images use, by Node's. */
const architectures: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  riscv64: 'riscv64',
  s390x: 's390x',
};

export const imageArchitecture = (arch: NodeJS.Architecture): string => architectures[arch] ?? arch;

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** The digest of the manifest for linux on this architecture. Throws `invalid` when there is none. */
export function choosePlatform({ manifests }: ImageIndex, architecture: string): string {
  if (manifests.length === 0) throw unusable('It is an index without any manifest.');
  const fitting = manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  // An index of one manifest without a platform: what some builders write for a plain image.
  const [only] = manifests;
  const chosen = fitting ?? (manifests.length === 1 && only?.platform === undefined ? only : undefined);
  if (chosen === undefined)
    throw unusable(`It is not for linux/${architecture}, only for ${platforms(manifests)}.`);
  if (indexTypes.includes(chosen.mediaType ?? '')) throw unusable('It is an index inside an index.');
  return chosen.digest;
}

/** Throws `invalid` for an image whose configuration says that it is for another platform. */
export function checkPlatform({ os = 'linux', architecture = '' }: ImageConfig, ours: string): void {
  if (os === 'linux' && ['', ours].includes(architecture)) return;
  throw unusable(`It is not for linux/${ours}, only for ${os}/${architecture}.`);
}

function platforms(manifests: ImageIndex['manifests']): string {
  const names = manifests.map(({ platform }) =>
    platform === undefined ? 'unknown' : `${platform.os}/${platform.architecture}`,
  );
  return [...new Set(names)].slice(0, 10).join(', ');
}

function unusable(reason: string): PlatformError {
  return new PlatformError('invalid', `The image cannot be used. ${reason}`, {
    hint: 'Build the image for the platform of the nodes.',
  });
}
