import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { TarEntry } from '../tar/entry.ts';
import { TarParser, type TarSink } from '../tar/tar-parser.ts';
import { decompressorFor } from './decompress.ts';
import { components } from './layer-tree.ts';
import { whiteoutPrefix } from './layer-writer.ts';

/** As it is stored: what is larger is not even looked at. */
const maxBlobBytes = 64 * 1024;
const maxArchiveBytes = 128 * 1024;
/** Of all paths together: no more files and folders than that can be made. */
const maxPathParts = 100;

/**
 * Whether a layer is unpacked in a few milliseconds: few files and folders, and nothing else, as what an author wrote himself.
 * A hostile layer of a kilobyte can hold thousands of folders; links are followed through each other, and whiteouts and
 * attributes need a program, so with one of these no layer counts as small. One that is broken neither.
 */
export async function isSmallLayer(blobPath: string): Promise<boolean> {
  if ((await stat(blobPath)).size > maxBlobBytes) return false;
  const parser = new TarParser(new SmallEntries());
  let bytes = 0;
  const look = async (archive: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of archive) {
      bytes += chunk.length;
      if (bytes > maxArchiveBytes) throw notSmall();
      parser.write(chunk);
    }
  };
  try {
    await pipeline(createReadStream(blobPath), await decompressorFor(blobPath), look);
    parser.end();
    return true;
  } catch {
    return false;
  }
}

const notSmall = (): Error => new Error('not a small layer');

class SmallEntries implements TarSink {
  #parts = 0;

  entry({ type, path, xattrs }: TarEntry): void {
    const parts = components(path);
    this.#parts += parts.length;
    const plain = type === 'file' || type === 'directory';
    const whiteout = parts.at(-1)?.startsWith(whiteoutPrefix) === true;
    if (!plain || whiteout || xattrs.size > 0 || this.#parts > maxPathParts) throw notSmall();
  }

  data(): void {}

  entryEnd(): void {}
}
