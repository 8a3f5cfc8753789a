import { PlatformError } from '../lib/errors.ts';

const newline = 0x0a;

/**
 * Splits a stream into lines, decodes each as UTF-8 and skips empty ones. Works on bytes, so that a character cut by a
 * chunk border survives. Throws `response_too_large` for a line over `maxBytes`, `bad_response` for a half line at the end.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = Buffer.concat([...parts, chunk.subarray(start, end)]).toString('utf8');
      [parts, size, start] = [[], 0, end + 1];
      if (line.trim() !== '') yield line;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    if (size > maxBytes)
      throw new PlatformError('response_too_large', `a line is longer than ${maxBytes} bytes`);
  }
  if (Buffer.concat(parts).toString('utf8').trim() !== '')
    throw new PlatformError('bad_response', 'the stream ended in the middle of a line');
}
