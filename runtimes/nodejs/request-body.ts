import type { Connection } from './connection.ts';
import { BadRequest, headLimitBytes, parseFields, type RequestHead } from './request-head.ts';

export interface RequestBody {
  content: Buffer;
  /** Names and values in turn. */
  trailers: string[];
}

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const chunkHead = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n$/;
const chunkHeadLimitBytes = 4096;

/**
 * Reads the body as the head frames it (RFC 9112 §6, §7).
 * @param limit bytes; Infinity for no limit of the runtime's own
 */
export function readBody(connection: Connection, head: RequestHead, limit: number): RequestBody {
  const length = bodyLength(head);
  if (length === 0) return { content: Buffer.alloc(0), trailers: [] };
  if (length !== null && length > limit) throw tooLarge(limit);
  if (head.fields['expect']?.toLowerCase() === '100-continue')
    connection.write(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'));
  return length === null
    ? readChunked(connection, limit)
    : { content: connection.readExactly(length), trailers: [] };
}

/** Bytes; null when the body comes in chunks. */
function bodyLength(head: RequestHead): number | null {
  const coding = head.fields['transfer-encoding'];
  const length = head.fields['content-length'];
  if (coding !== undefined) {
    if (coding.toLowerCase() === 'chunked') return null;
    throw new BadRequest('Only the chunked transfer coding is understood', 501);
  }
  if (length === undefined) return 0;
  if (!/^[0-9]{1,15}$/.test(length)) throw new BadRequest('Content-Length is not a number');
  return Number(length);
}

function readChunked(connection: Connection, limit: number): RequestBody {
  const chunks: Buffer[] = [];
  let total = 0;
  for (let size = readChunkSize(connection); size > 0; size = readChunkSize(connection)) {
    total += size;
    if (total > limit) throw tooLarge(limit);
    chunks.push(connection.readExactly(size));
    if (connection.readExactly(2).toString('latin1') !== '\r\n')
      throw new BadRequest('A chunk of the body is malformed');
  }
  return { content: Buffer.concat(chunks), trailers: readTrailers(connection) };
}

function readChunkSize(connection: Connection): number {
  const line = connection.readUntil('\r\n', chunkHeadLimitBytes)?.toString('latin1') ?? '';
  const match = chunkHead.exec(line);
  if (match === null) throw new BadRequest('A chunk of the body is malformed');
  return Number.parseInt(match[1] ?? '', 16);
}

function readTrailers(connection: Connection): string[] {
  const lines: string[] = [];
  for (let left = headLimitBytes; ;) {
    const line = connection.readUntil('\r\n', left);
    if (line === null) throw new BadRequest('The trailers are too large', 431);
    if (line.length === 2) return parseFields(lines, 0);
    lines.push(line.toString('latin1', 0, line.length - 2));
    left -= line.length;
  }
}

function tooLarge(limit: number): BadRequest {
  return new BadRequest(`The body is larger than REQ_MB_LIMIT (${limit / 1_048_576} MB)`, 413);
}
