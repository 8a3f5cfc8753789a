import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackLayer, type UnpackResult } from '../../src/oci/unpack/unpack-layer.ts';
import { defaultUnpackLimits, type UnpackLimits } from '../../src/oci/unpack/unpack-limits.ts';
import { tarArchive, type ArchiveEntry } from './tar-archive.ts';

export const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface UnpackedLayer extends AsyncDisposable {
  /** The layer's content. */
  folder: string;
  /** Everything around it, to see whether something leaked out. */
  home: string;
  result: UnpackResult;
}

export interface UnpackChange {
  limits?: Partial<UnpackLimits>;
  /** The layer as it is stored; compressed, for example. */
  store?: (archive: Buffer) => Buffer;
  digest?: string;
  diffId?: string;
}

export const testIdBase = 1_000_000;

/** Unpacks an archive into a temporary folder in this process, or rejects as unpackLayer does, with nothing left. */
export async function unpackEntries(
  entries: readonly ArchiveEntry[] | Buffer,
  { limits, store = (archive) => archive, digest, diffId }: UnpackChange = {},
): Promise<UnpackedLayer> {
  const home = await mkdtemp(join(tmpdir(), 'kontain-unpack-'));
  const folder = join(home, 'fs');
  const archive = Buffer.isBuffer(entries) ? entries : tarArchive(entries);
  const blob = store(archive);
  await mkdir(folder);
  await writeFile(join(home, 'blob'), blob);
  const dispose = (): Promise<void> => rm(home, { recursive: true, force: true });
  try {
    const result = await unpackLayer({
      blobPath: join(home, 'blob'),
      digest: digest ?? sha256(blob),
      diffId: diffId ?? sha256(archive),
      target: { folder, whiteoutTemplate: join(home, 'whiteout') },
      idBase: testIdBase,
      limits: { ...defaultUnpackLimits, ...limits },
    });
    return { folder, home, result, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** `name="value"` lines of a file's extended attributes. */
export function xattrsOf(path: string): string[] {
  const output = execFileSync('getfattr', ['-h', '-m', '-', '-d', '--absolute-names', path], {
    encoding: 'utf8',
  });
  return output.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
