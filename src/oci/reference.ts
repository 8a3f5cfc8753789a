import { isAbsolute, normalize } from 'node:path';
import { PlatformError } from '../lib/errors.ts';

/** An image in skopeo's notation (containers-transports(5)), taken apart. */
export type ImageReference = RegistryReference | LocalReference;

export interface RegistryReference {
  transport: 'docker';
  /** Host with optional port; `docker.io` where none was given. */
  registry: string;
  repository: string;
  tag: string | null;
  digest: string | null;
}

export interface LocalReference {
  transport: LocalTransport;
  /** Absolute, normalised. */
  path: string;
  /** What follows the path: a tag, an image name or `@index`; null for the only image there. */
  image: string | null;
}

export type LocalTransport = 'oci' | 'oci-archive' | 'docker-archive' | 'dir';

const localTransports: readonly string[] = ['oci', 'oci-archive', 'docker-archive', 'dir'];
const maxLength = 4096;

/** Grammar of distribution/reference. */
const hostPattern = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?)(:[0-9]{1,5})?$/;
const repositoryPattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][-.A-Za-z0-9_]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
/** Stricter than each transport's own: tags, image names with tags, and the `@0` of docker-archive. */
const imagePattern = /^(@[0-9]{1,4}|[A-Za-z0-9_][-A-Za-z0-9._/:@+]{0,511})$/;

/** Throws `invalid` with what to write instead. The result is safe as an argument of a program. */
export function parseReference(text: string): ImageReference {
  // Spaces, and letters beyond ASCII, are for paths; what cannot be seen, or turns the direction of writing, is for nobody.
  if (text.length > maxLength || !/^[\x20-\x7e\p{L}\p{M}\p{N}]+$/u.test(text))
    throw unusable(text, 'it has characters that are not allowed');
  if (text.startsWith('docker://')) return parseRegistry(text, text.slice('docker://'.length));
  const colon = text.indexOf(':');
  const transport = text.slice(0, Math.max(0, colon));
  if (!isLocalTransport(transport)) throw unusable(text, 'it names no known transport');
  return parseLocal(text, transport, text.slice(colon + 1));
}

/** The reference as an argument for skopeo, which takes a digest or a tag but not both: the digest counts. */
export function formatReference(reference: ImageReference): string {
  if (reference.transport !== 'docker') {
    const { transport, path, image } = reference;
    return `${transport}:${path}${image === null ? '' : `:${image}`}`;
  }
  const { registry, repository, tag, digest } = reference;
  const version = digest === null ? `:${tag ?? 'latest'}` : `@${digest}`;
  return `docker://${registry}/${repository}${version}`;
}

function parseRegistry(text: string, rest: string): RegistryReference {
  const [beforeDigest = '', digest = null, ...more] = rest.split('@');
  const { name, tag } = splitTag(beforeDigest);
  const { registry, repository } = splitRegistry(name);
  if (more.length > 0 || (digest !== null && !digestPattern.test(digest))) {
    throw unusable(text, 'its digest is not sha256: and 64 hexadecimal digits');
  }
  if (tag !== null && !tagPattern.test(tag)) throw unusable(text, 'its tag is not valid');
  if (!hostPattern.test(registry)) throw unusable(text, 'its registry is no host name');
  if (!isRepository(repository)) {
    throw unusable(text, 'its repository name is not valid (lower case letters, digits, ".", "_", "-", "/")');
  }
  return { transport: 'docker', registry, repository, tag, digest };
}

function isRepository(text: string): boolean {
  return text.length <= 255 && repositoryPattern.test(text);
}

function splitTag(text: string): { name: string; tag: string | null } {
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  // As everywhere, a colon in the only part begins a tag: docker://host:5000 is docker.io/library/host.
  if (colon < 0) return { name: text, tag: null };
  return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(0, slash));
  if (slash >= 0 && (/[.:]/.test(first) || first === 'localhost')) {
    const repository = name.slice(slash + 1);
    const official = first === 'docker.io' && !repository.includes('/');
    return { registry: first, repository: official ? `library/${repository}` : repository };
  }
  return { registry: 'docker.io', repository: slash < 0 ? `library/${name}` : name };
}

function isLocalTransport(transport: string): transport is LocalTransport {
  return localTransports.includes(transport);
}

function parseLocal(text: string, transport: LocalTransport, rest: string): LocalReference {
  const colon = transport === 'dir' ? -1 : rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const image = colon < 0 ? null : rest.slice(colon + 1);
  if (!isPlainPath(path)) {
    throw unusable(text, 'its path is not absolute or has "..", "//", ":" or a "/" or space at its end');
  }
  if (image !== null && !imagePattern.test(image))
    throw unusable(text, 'the image name after its path is not valid');
  return { transport, path, image };
}

function isPlainPath(path: string): boolean {
  return isAbsolute(path) && normalize(path) === path && !/[/ ]$|:/.test(path);
}

function unusable(text: string, reason: string): PlatformError {
  const shown = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  return new PlatformError('invalid', `The image ${shown} cannot be used: ${reason}.`, {
    hint: 'Write docker://registry/repository:tag, oci:/path:tag, oci-archive:/path, docker-archive:/path or dir:/path.',
  });
}
