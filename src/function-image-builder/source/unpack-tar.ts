import { createReadStream } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { PlatformError } from '../../lib/errors.ts';
import type { TarEntry } from '../../oci/tar/entry.ts';
import { printable } from '../../oci/tar/tar-error.ts';
import { TarParser, type TarSink } from '../../oci/tar/tar-parser.ts';
import { ArchiveFolder } from './archive-folder.ts';
import type { SourceBudget } from './source-budget.ts';
import { sourceError } from './source-error.ts';
import { decompressionOf } from './file-type.ts';

/** Unpacks a tar archive, plain or compressed with gzip, bzip2, xz or zstd: its first bytes say. */
export async function unpackTar(path: string, root: string, budget: SourceBudget): Promise<void> {
  const program = await decompressionOf(path);
  const archive = program === null ? createReadStream(path) : decompress(program, path);
  const folder = new ArchiveFolder(root, budget);
  const parser = new TarParser(sink(folder));
  try {
    await pipeline(archive, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        budget.addBytes(chunk.length);
        parser.write(chunk);
      }
    });
    parser.end();
  } catch (error) {
    throw explain(error);
  } finally {
    folder.closeFile();
  }
}

function sink(folder: ArchiveFolder): TarSink {
  return {
    entry: (entry) => startEntry(entry, folder),
    data: (chunk) => folder.write(chunk),
    entryEnd: () => folder.closeFile(),
  };
}

function startEntry(entry: TarEntry, folder: ArchiveFolder): void {
  const { path, type, mode, linkPath } = entry;
  if (type === 'file') folder.startFile(path, mode);
  else if (type === 'directory') folder.directory(path);
  else if (type === 'symlink') folder.symlink(path, linkPath);
  else if (type === 'hardlink') folder.hardLink(path, linkPath);
  else
    throw sourceError(
      `${printable(path)} in the archive is a device or a pipe.`,
      'Pack files and folders only.',
    );
}

/** The usual programs: Node.js has no bzip2 and no xz. Their failure is the error of the stream. */
async function* decompress(program: string, path: string): AsyncGenerator<Buffer> {
  const args = ['--pdeathsig', 'KILL', '--', program, '--decompress', '--stdout', '--', path];
  const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  ended.catch(() => undefined); // awaited below, unless the reader leaves first
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const [code] = await ended;
    if (code !== 0) throw sourceError(`The archive is damaged: ${program} cannot read it.`, 'Pack it again.');
  } finally {
    child.kill('SIGKILL');
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof PlatformError)) return error;
  // What the parser says is about layers of images.
  return error.hint === undefined || /image|layer/i.test(error.hint)
    ? sourceError(error.message, 'Pack the folder of the function again, for example with tar czf.', error)
    : error;
}
