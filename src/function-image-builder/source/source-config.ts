import { parseArgs } from 'node:util';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import { parseReference, type RegistryReference } from '../../oci/reference.ts';

/** Where the source is. `file` is the mounted text of `spec.function`. */
export type SourcePlace =
  | { kind: 'file'; path: string; base64: boolean }
  | { kind: 'url'; url: string }
  | { kind: 'git'; url: string; ref: string | null; folder: string | null }
  | { kind: 'oci'; reference: RegistryReference };

/** `auto` looks at the first bytes, `none` is a single file. */
export type ArchiveKind = 'auto' | 'none' | 'zip' | 'compressedtar';

export interface SourceConfig {
  place: SourcePlace;
  archive: ArchiveKind;
  /** Hexadecimal SHA-256 of the decoded content; null where none is checked. */
  checksum: string | null;
  /** What a single file is called. */
  name: string;
  output: string;
  /** The dependency file to put beside the source, or into a folder of its own. */
  dependencies: { file: string; name: string; output: string } | null;
  insecureRegistries: readonly string[];
  /** A file in PEM with what signs the registry's certificate, beside the system's own; null for none. */
  certificateAuthority: string | null;
  /** A layer that an earlier build has made: no author's source, and as large as those may be. */
  isLayer: boolean;
  terminationLog: string;
}

const text = { type: 'string' } as const;

const options = {
  file: text,
  encoding: text,
  url: text,
  git: text,
  'git-ref': text,
  'git-path': text,
  oci: text,
  'dependencies-image': text,
  archive: { type: 'string', default: 'none' },
  checksum: text,
  name: { type: 'string', default: 'function' },
  output: { type: 'string', default: '/kubeless' },
  'dependencies-file': text,
  'dependencies-name': text,
  'dependencies-output': text,
  'tls-verify': { type: 'string', default: 'true' },
  'certificate-authority': text,
  'termination-log': { type: 'string', default: '/dev/termination-log' },
} as const;

const usage = `usage: unzip (--file=FILE [--encoding=base64] | --url=URL | --git=URL [--git-ref=REF] [--git-path=FOLDER] | --oci=docker://… | --dependencies-image=docker://…)
  [--archive=none|auto|zip|compressedtar] [--checksum=sha256:HEX] [--name=FILE] [--output=FOLDER]
  [--dependencies-file=FILE --dependencies-name=FILE [--dependencies-output=FOLDER]] [--tls-verify=false]
  [--certificate-authority=FILE]`;

type Values = ReturnType<typeof parse>;

/** Arguments → configuration. Throws `bad_request` that names what is wrong. */
export function parseSourceConfig(args: readonly string[]): SourceConfig {
  const values = parse(args);
  const place = placeOf(values);
  const isLayer = values['dependencies-image'] !== undefined;
  const insecure = values['tls-verify'] === 'false' && place.kind === 'oci';
  return {
    place,
    archive: isLayer ? 'compressedtar' : archiveKind(values.archive),
    checksum: values.checksum === undefined || values.checksum === '' ? null : checksum(values.checksum),
    name: fileName(values.name, '--name'),
    output: values.output,
    dependencies: dependencies(values),
    insecureRegistries: insecure ? [place.reference.registry] : [],
    certificateAuthority: values['certificate-authority'] ?? null,
    isLayer,
    terminationLog: values['termination-log'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw misused(errorMessage(error));
  }
}

function placeOf(values: Values): SourcePlace {
  const { oci, 'dependencies-image': layer } = values;
  const fromRegistries = [fromRegistry(oci, '--oci'), fromRegistry(layer, '--dependencies-image')];
  const places = [fromFile(values), fromUrl(values), fromGit(values), ...fromRegistries];
  const [place, ...others] = places.filter((found) => found !== null);
  if (place !== undefined && others.length === 0) return place;
  throw misused('exactly one of --file, --url, --git and --oci is needed');
}

function fromFile({ file: path, encoding = 'none' }: Values): SourcePlace | null {
  if (encoding !== 'none' && encoding !== 'base64') throw misused(`--encoding=${encoding} is not known`);
  return path === undefined ? null : { kind: 'file', path, base64: encoding === 'base64' };
}

function fromUrl({ url }: Values): SourcePlace | null {
  if (url === undefined) return null;
  if (!/^https?:\/\/[!-~]+$/.test(url)) throw misused('--url must begin with https:// or http://');
  return { kind: 'url', url };
}

function fromGit({ git: url, 'git-ref': ref, 'git-path': folder }: Values): SourcePlace | null {
  if (url === undefined) return null;
  // Other transports of git run programs (ext::) or read what is on this machine (file://).
  if (!/^(https?|ssh|git):\/\/[!-~]+$/.test(url))
    throw misused('--git must begin with https://, http://, ssh:// or git://');
  if (ref !== undefined && !/^[A-Za-z0-9_][-A-Za-z0-9._/+@]*$/.test(ref))
    throw misused('--git-ref is no name of a branch, tag or commit');
  if (folder !== undefined && /(^\/|^\.\.$|^\.\.\/|\/\.\.\/|\/\.\.$)/.test(folder))
    throw misused('--git-path must be a folder within the repository');
  return { kind: 'git', url, ref: ref ?? null, folder: folder ?? null };
}

function fromRegistry(image: string | undefined, option: string): SourcePlace | null {
  if (image === undefined) return null;
  const reference = parseReference(image);
  if (reference.transport === 'docker') return { kind: 'oci', reference };
  throw misused(`${option} must be docker://registry/repository:tag`);
}

function archiveKind(value: string): ArchiveKind {
  const kinds: readonly ArchiveKind[] = ['auto', 'none', 'zip', 'compressedtar'];
  const found = kinds.find((kind) => kind === value);
  if (found === undefined) throw misused(`--archive=${value} is none of ${kinds.join(', ')}`);
  return found;
}

function checksum(value: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(value)?.[1];
  if (hex !== undefined) return hex.toLowerCase();
  throw new PlatformError(
    'invalid',
    `The checksum ${JSON.stringify(value)} cannot be verified: unknown format.`,
    {
      hint: 'Write sha256: and the 64 hexadecimal digits that sha256sum prints into spec.checksum.',
    },
  );
}

function dependencies(values: Values): SourceConfig['dependencies'] {
  const file = values['dependencies-file'];
  if (file === undefined) return null;
  const name = fileName(values['dependencies-name'] ?? '', '--dependencies-name');
  return { file, name, output: values['dependencies-output'] ?? values.output };
}

/** It is joined to a folder: one plain name. */
function fileName(value: string, option: string): string {
  if (/^[^/\0]+$/.test(value) && value !== '.' && value !== '..') return value;
  throw misused(`${option} ${JSON.stringify(value)} is no file name`);
}

function misused(message: string): PlatformError {
  return new PlatformError('bad_request', message, { hint: usage });
}
