import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorMessage, hasErrno, PlatformError } from '../../lib/errors.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { download } from '../http.ts';
import type { Io } from '../io.ts';
import { readAll } from '../read-all.ts';
import { namesNothing } from './names-nothing.ts';

/** Fields of Function.spec that say what the source is. */
export interface SourceFields {
  /** Empty where `source` says it. */
  function: string;
  'function-content-type': string;
  source?: { oci: string; archive: 'none' | 'zip' | 'compressedtar' };
  checksum: string;
}

/** Takes what is too large for a Function, and says where it is: `docker://…@sha256:…`. */
export interface LargeSources {
  /** `name` is what messages call it, `functionName` whose source it is. */
  ensure(content: Buffer, source: { name: string; functionName: string }): Promise<string>;
}

/** The API server takes no more, see src/api/function-source.ts. */
const maxSourceLength = 1_048_576;

/** In which a signal that was sent before the end of our input is seen; it was 1 ms behind. */
const signalMs = 20;

const tarSuffixes = ['.tar.gz', '.taz', '.tgz', '.tar.bz2', '.tb2', '.tbz', '.tbz2', '.tz2', '.tar.xz'];

/** `from` is a path, an http or https URL, or `-` for standard input. The checksum is of the raw bytes. */
export async function readSource(
  io: Io,
  { from, functionName }: { from: string; functionName: string },
  large: LargeSources,
): Promise<SourceFields> {
  const bytes = await readBytes(
    io,
    from,
    `Pack it: tar -czf source.tar.gz -C ${shellWord(from)} ., then --from-file source.tar.gz; or a .zip.`,
  );
  if (bytes.length === 0)
    throw new PlatformError('bad_request', `${nameOf(from)} is empty: there is no function in it`);
  const checksum = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (isUrl(from)) {
    const [path = ''] = from.split('?');
    return { function: from, 'function-content-type': `url${archiveSuffix(path)}`, checksum };
  }
  const archive = from === '-' ? archiveOfMagic(bytes) : archiveSuffix(from);
  const text = isUtf8(bytes) && archive === '';
  const length = text ? bytes.length : Math.ceil(bytes.length / 3) * 4;
  if (length > maxSourceLength) {
    const oci = await large.ensure(bytes, { name: nameOf(from), functionName });
    const source = { oci, archive: archiveKinds[archive] };
    return { function: '', 'function-content-type': '', source, checksum };
  }
  const content = bytes.toString(text ? 'utf8' : 'base64');
  return { function: content, 'function-content-type': `${text ? 'text' : 'base64'}${archive}`, checksum };
}

const archiveKinds = { '': 'none', '+zip': 'zip', '+compressedtar': 'compressedtar' } as const;

/** Content of a runtime's dependency file, empty where it names none; must be text. */
export async function readDependencies(io: Io, from: string): Promise<string> {
  const bytes = await readBytes(io, from);
  if (!isUtf8(bytes))
    throw new PlatformError('invalid', `the dependency file ${from} is not text`, {
      hint: 'Give the file that lists the dependencies, such as requirements.txt or package.json.',
    });
  if (bytes.length > maxSourceLength) throw tooLarge(from, bytes.length);
  const content = bytes.toString('utf8');
  return namesNothing(content) ? '' : content;
}

/** `folderHint` says what to do where it is a folder. */
export async function readBytes(io: Io, from: string, folderHint = 'Give a file in it.'): Promise<Buffer> {
  if (isUrl(from)) return download(from, io.signal);
  if (from === '-') return readInput(io);
  try {
    return await readAll(createReadStream(resolve(io.cwd, from)), from, io.signal);
  } catch (error) {
    if (error instanceof PlatformError || io.signal.aborted) throw error;
    const { problem, ...hint } = whyUnreadable(error, resolve(io.cwd, from), folderHint);
    throw new PlatformError('bad_request', `cannot read ${from}: ${problem}`, { ...hint, cause: error });
  }
}

function whyUnreadable(error: unknown, path: string, folderHint: string): { problem: string; hint?: string } {
  if (hasErrno(error, 'EISDIR')) return { problem: 'it is a folder', hint: folderHint };
  if (!hasErrno(error, 'ENOENT')) return { problem: errorMessage(error) };
  return { problem: 'there is no such file', hint: `It was looked for in ${dirname(path)}.` };
}

/** Ctrl-C ends whoever writes into our pipe, too, and the end is seen a moment before the signal: half a source is no source. */
async function readInput({ stdin, clock, signal }: Io): Promise<Buffer> {
  const bytes = await readAll(stdin, nameOf('-'), signal);
  await clock.sleep(signalMs, signal);
  return bytes;
}

const nameOf = (from: string): string => (from === '-' ? 'standard input' : from);

function isUrl(from: string): boolean {
  return /^https?:\/\//.test(from);
}

function archiveSuffix(path: string): '' | '+zip' | '+compressedtar' {
  if (path.endsWith('.zip')) return '+zip';
  return tarSuffixes.some((suffix) => path.endsWith(suffix)) ? '+compressedtar' : '';
}

/** gzip (RFC 1952), bzip2, xz and zip, by their first bytes: standard input has no name. */
function archiveOfMagic(bytes: Buffer): '' | '+zip' | '+compressedtar' {
  const head = bytes.subarray(0, 6).toString('latin1');
  if (head.startsWith('PK\x03\x04')) return '+zip';
  const packed = ['\x1f\x8b', 'BZh', '\xfd7zXZ\x00'].some((magic) => head.startsWith(magic));
  return packed ? '+compressedtar' : '';
}

function tooLarge(from: string, size: number): PlatformError {
  return new PlatformError('body_too_large', `${from} has ${size} bytes; a Function object takes 1 MiB`, {
    hint: 'Put the dependency file into an archive with the source.',
  });
}
