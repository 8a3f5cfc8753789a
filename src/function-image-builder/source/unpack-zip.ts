import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { PassThrough, type Transform } from 'node:stream';
import { createInflateRaw, crc32 } from 'node:zlib';
import { PlatformError } from '../../lib/errors.ts';
import { printable } from '../../oci/tar/tar-error.ts';
import { ArchiveFolder } from './archive-folder.ts';
import type { SourceBudget } from './source-budget.ts';
import { sourceError } from './source-error.ts';
import { damaged, maxEndBytes, parseDirectory, parseEnd, type ZipEntry } from './zip-directory.ts';

const maxDirectoryBytes = 32 * 1024 ** 2;
const chunkBytes = 256 * 1024;
const maxLinkBytes = 4096;
const typeMask = 0o170000;
const symlinkType = 0o120000;

/**
 * Unpacks a zip archive by its central directory, as the format wants it: what stands between the entries does not count.
 * Own code: the programs at hand follow links that the archive made, and have no limits.
 */
export async function unpackZip(path: string, root: string, budget: SourceBudget): Promise<void> {
  const handle = await open(path, 'r');
  const folder = new ArchiveFolder(root, budget);
  try {
    for (const entry of await readDirectory(handle)) await unpackEntry(entry, handle, { folder, budget });
  } finally {
    folder.closeFile();
    await handle.close();
  }
}

async function readDirectory(handle: FileHandle): Promise<ZipEntry[]> {
  const { size } = await handle.stat();
  const tail = await read(handle, Math.max(0, size - maxEndBytes), Math.min(size, maxEndBytes));
  const directory = parseEnd(tail);
  if (directory.size > maxDirectoryBytes || directory.offset + directory.size > size)
    throw damaged('its directory is not where it says');
  return parseDirectory(await read(handle, directory.offset, directory.size), directory);
}

interface Target {
  folder: ArchiveFolder;
  budget: SourceBudget;
}

async function unpackEntry(entry: ZipEntry, handle: FileHandle, target: Target): Promise<void> {
  const { folder } = target;
  if (entry.isFolder) return folder.directory(entry.name);
  if ((entry.mode & typeMask) === symlinkType) return await unpackLink(entry, handle, target);
  folder.startFile(entry.name, entry.mode);
  await unpackContent(entry, handle, target, (chunk) => folder.write(chunk));
  folder.closeFile();
}

async function unpackLink(entry: ZipEntry, handle: FileHandle, target: Target): Promise<void> {
  if (entry.size > maxLinkBytes) throw damaged(`the link ${printable(entry.name)} is too long`);
  const chunks: Buffer[] = [];
  await unpackContent(entry, handle, target, (chunk) => void chunks.push(Buffer.from(chunk)));
  target.folder.symlink(entry.name, Buffer.concat(chunks).toString('latin1'));
}

async function unpackContent(
  entry: ZipEntry,
  handle: FileHandle,
  { budget }: Target,
  write: (chunk: Buffer) => void,
): Promise<void> {
  const inflate = decoder(entry);
  let [sum, size] = [0, 0];
  try {
    await pipeline(contentOf(entry, handle), inflate, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        budget.addBytes(chunk.length);
        size += chunk.length;
        sum = crc32(chunk, sum);
        write(chunk);
      }
    });
  } catch (error) {
    if (
      error instanceof PlatformError ||
      !(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
    )
      throw error;
    throw damaged(`${printable(entry.name)} cannot be decompressed`);
  }
  if (size !== entry.size || sum !== entry.crc32)
    throw damaged(`${printable(entry.name)} has another content than it should`);
}

function decoder({ method, name }: ZipEntry): Transform {
  if (method === 0) return new PassThrough();
  if (method === 8) return createInflateRaw({ chunkSize: chunkBytes });
  throw sourceError(
    `${printable(name)} in the zip archive is compressed by method ${method}.`,
    'Pack it with deflate, as zip -r does.',
  );
}

/** Not as a stream of the handle: each would leave a listener on it. */
async function* contentOf(
  { offset, compressedSize, name }: ZipEntry,
  handle: FileHandle,
): AsyncGenerator<Buffer> {
  const header = await read(handle, offset, 30);
  if (header.length < 30 || header.readUInt32LE() !== 0x04034b50)
    throw damaged(`${printable(name)} is not where the directory says`);
  let position = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  for (const end = position + compressedSize; position < end;) {
    const chunk = await read(handle, position, Math.min(chunkBytes, end - position));
    if (chunk.length === 0) throw damaged(`${printable(name)} is cut`);
    position += chunk.length;
    yield chunk;
  }
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
