import { firstBytes } from '../../lib/first-bytes.ts';

const programs: readonly [magic: string, program: string][] = [
  ['1f8b', 'gzip'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['28b52ffd', 'zstd'],
];

/** The program that a file needs to be decompressed; null for what is not compressed. */
export async function decompressionOf(path: string): Promise<string | null> {
  const magic = (await firstBytes(path, 8)).toString('hex');
  return programs.find(([start]) => magic.startsWith(start))?.[1] ?? null;
}

/** What `archive: auto` means for a file. */
export async function detectArchive(path: string): Promise<'none' | 'zip' | 'compressedtar'> {
  const start = await firstBytes(path, 512);
  if (['504b0304', '504b0506'].includes(start.toString('hex', 0, 4))) return 'zip';
  if ((await decompressionOf(path)) !== null || start.toString('latin1', 257, 262) === 'ustar')
    return 'compressedtar';
  return 'none';
}
