import { createHash } from 'node:crypto';
import type { FileMount, FileSource } from '../api/file-mount.ts';
import type { ReferencedObject, ReferenceReader } from './env-values.ts';
import { DeployFailure } from './failure.ts';

/** Together, for one function: they lie on every node, and are written again with each change. */
export const maxFilesBytes = 4 * 1024 * 1024;
export const maxFiles = 1000;
/** As Kubernetes has it. */
const defaultMode = 0o644;

export interface FileValue {
  mode: number;
  content: Buffer;
}

/** An entry of `spec.files` with its content. */
export interface ResolvedMount {
  mountPath: string;
  /** By path below mountPath; '' is mountPath itself. */
  files: ReadonlyMap<string, FileValue>;
  /** Whether what the image has at mountPath is to be seen no more. */
  hides: boolean;
}

/** The files of `spec.files`. Throws DeployFailure for a reference that leads nowhere, and for too much. */
export async function resolveFiles(
  mounts: readonly FileMount[],
  reader: ReferenceReader,
): Promise<ResolvedMount[]> {
  const resolved: ResolvedMount[] = [];
  for (const mount of mounts) resolved.push(...(await resolveMount(mount, reader)));
  refuseTooMuch(resolved.flatMap(({ files }) => [...files.values()]));
  return resolved;
}

/** Names their content; undefined where there are none. */
export function hashFiles(mounts: readonly ResolvedMount[]): string | undefined {
  if (mounts.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const { mountPath, hides, files } of mounts) {
    hash.update(JSON.stringify([mountPath, hides]));
    for (const [path, { mode, content }] of files)
      hash.update(JSON.stringify([path, mode, content.length])).update(content);
  }
  return hash.digest('hex');
}

async function resolveMount(mount: FileMount, reader: ReferenceReader): Promise<ResolvedMount[]> {
  const files = new Map<string, FileValue>();
  for (const source of mount.sources)
    for (const [path, file] of await readSource(mount, source, reader)) files.set(path, file);
  const { mountPath, subPath } = mount;
  if (subPath === undefined) return [{ mountPath, files, hides: true }];
  const some = new Map(
    [...files].flatMap(([path, file]) =>
      path === subPath || path.startsWith(`${subPath}/`) ? [[path.slice(subPath.length + 1), file]] : [],
    ),
  );
  if (some.size > 0) return [{ mountPath, files: some, hides: !some.has('') }];
  if (mount.sources.some((source) => partsOf(source).optional)) return [];
  throw new DeployFailure(
    'InvalidSpec',
    `spec.files: there is no ${subPath} for ${mountPath}. Mend subPath.`,
  );
}

interface SourceParts {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  items: NonNullable<FileSource['secret']>['items'];
  optional: boolean;
}

function partsOf({ secret, configMap }: FileSource): SourceParts {
  const { name = '', items, optional = false } = secret ?? configMap ?? {};
  return { kind: secret === undefined ? 'ConfigMap' : 'Secret', name, items, optional };
}

async function readSource(
  { mountPath, defaultMode: mode = defaultMode }: FileMount,
  source: FileSource,
  reader: ReferenceReader,
): Promise<[string, FileValue][]> {
  const { kind, name, items, optional } = partsOf(source);
  const object = await (kind === 'Secret' ? reader.secret(name) : reader.configMap(name));
  const missing = (what: string): DeployFailure =>
    new DeployFailure(
      `${kind}NotFound`,
      `spec.files: ${kind} ${name} ${what}, but ${mountPath} needs it. Create it, or set optional: true.`,
    );
  if (object === undefined) {
    if (optional) return [];
    throw missing('does not exist');
  }
  const values = valuesOf(kind, object);
  const wanted = items ?? [...values.keys()].toSorted().map((key) => ({ key, path: key, mode: undefined }));
  return wanted.flatMap(({ key, path, mode: own = mode }): [string, FileValue][] => {
    const content = values.get(key);
    if (content !== undefined) return [[path, { mode: own, content }]];
    if (optional) return [];
    throw missing(`has no key ${key}`);
  });
}

function valuesOf(kind: SourceParts['kind'], { data, binaryData }: ReferencedObject): Map<string, Buffer> {
  const decoded = (map: Record<string, string> | undefined, encoding: 'utf8' | 'base64') =>
    Object.entries(map ?? {}).map(([key, text]): [string, Buffer] => [key, Buffer.from(text, encoding)]);
  return new Map([...decoded(data, kind === 'Secret' ? 'base64' : 'utf8'), ...decoded(binaryData, 'base64')]);
}

function refuseTooMuch(files: readonly FileValue[]): void {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes <= maxFilesBytes && files.length <= maxFiles) return;
  const what = bytes > maxFilesBytes ? `have ${bytes} bytes together` : `are ${files.length}`;
  const most = bytes > maxFilesBytes ? `${maxFilesBytes} bytes` : `${maxFiles} files`;
  const message = `spec.files: the files ${what}; at most ${most} reach a function. Name the keys that it needs in items, and put large data into its image.`;
  throw new DeployFailure('InvalidSpec', message);
}
