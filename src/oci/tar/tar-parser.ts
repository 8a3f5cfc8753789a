import { buildEntry, noExtensions, type Extensions } from './build-entry.ts';
import { blockSize, type TarEntry } from './entry.ts';
import { parseHeader, type TarHeader } from './header.ts';
import { parsePax } from './pax.ts';
import { tarError } from './tar-error.ts';

/** Receives the archive in order. Each entry is followed by its content in pieces and by its end. May throw. */
export interface TarSink {
  entry(entry: TarEntry): void;
  /** Only valid during the call. */
  data(chunk: Buffer): void;
  entryEnd(): void;
}

/** No one needs longer names or more attributes; without it a header could fill memory. */
const maxExtensionBytes = 1024 * 1024;

interface Body {
  /** Bytes of content still to come, and then of padding to the end of the block. */
  content: number;
  padding: number;
  /** Collects an extended header; null for an entry's content, which goes to the sink. */
  extension: { header: TarHeader; chunks: Buffer[] } | null;
}

/**
 * Push parser for ustar, PAX and GNU archives: `write` each chunk, then `end`. Synchronous, because unpacking runs in a
 * thread of its own with synchronous file operations. Own code, since the packages at hand decode attribute values and
 * names as UTF-8 and so damage what is not. Throws PlatformError `invalid`.
 */
export class TarParser {
  readonly #sink: TarSink;
  readonly #block = Buffer.alloc(blockSize);
  #filled = 0;
  #body: Body | null = null;
  #extensions: Extensions = noExtensions;
  #zeroBlocks = 0;

  constructor(sink: TarSink) {
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length && this.#zeroBlocks < 2) {
      offset += this.#body === null ? this.#header(chunk, offset) : this.#take(this.#body, chunk, offset);
    }
  }

  end(): void {
    if (this.#zeroBlocks >= 2) return;
    if (this.#filled > 0 || this.#body !== null || this.#extensions !== noExtensions) {
      throw tarError('The archive ends in the middle of a file.', 'Build and push the image again.');
    }
  }

  #header(chunk: Buffer, offset: number): number {
    const taken = chunk.copy(this.#block, this.#filled, offset, offset + blockSize - this.#filled);
    this.#filled += taken;
    if (this.#filled === blockSize) {
      this.#filled = 0;
      this.#startEntry(parseHeader(this.#block));
    }
    return taken;
  }

  #startEntry(header: TarHeader | null): void {
    if (header === null) {
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    if ('xgLK'.includes(header.typeFlag)) {
      if (header.size > maxExtensionBytes) throw tarError('The archive has an extended header over 1 MiB.');
      this.#startBody(header.size, { header, chunks: [] });
      return;
    }
    const entry = buildEntry(header, this.#extensions);
    this.#extensions = noExtensions;
    this.#sink.entry(entry);
    this.#startBody(entry.size, null);
  }

  #startBody(size: number, extension: Body['extension']): void {
    this.#body = { content: size, padding: (blockSize - (size % blockSize)) % blockSize, extension };
    if (size === 0) this.#contentEnd(this.#body);
  }

  #take(body: Body, chunk: Buffer, offset: number): number {
    if (body.content === 0) {
      const skipped = Math.min(body.padding, chunk.length - offset);
      body.padding -= skipped;
      if (body.padding === 0) this.#body = null;
      return skipped;
    }
    const part = chunk.subarray(offset, offset + body.content);
    body.content -= part.length;
    if (body.extension === null) this.#sink.data(part);
    else body.extension.chunks.push(Buffer.from(part));
    if (body.content === 0) this.#contentEnd(body);
    return part.length;
  }

  #contentEnd(body: Body): void {
    if (body.padding === 0) this.#body = null;
    if (body.extension === null) this.#sink.entryEnd();
    else this.#extend(body.extension.header.typeFlag, Buffer.concat(body.extension.chunks));
  }

  #extend(typeFlag: string, data: Buffer): void {
    // A global header (git archive writes one) holds comments; container engines ignore it, so do we.
    if (typeFlag === 'g') parsePax(data);
    else if (typeFlag === 'x') this.#extensions = { ...this.#extensions, pax: parsePax(data) };
    else if (typeFlag === 'L') this.#extensions = { ...this.#extensions, gnuPath: untilZero(data) };
    else this.#extensions = { ...this.#extensions, gnuLinkPath: untilZero(data) };
  }
}

function untilZero(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('latin1', 0, end < 0 ? data.length : end);
}
