import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readLines } from './json-lines.ts';

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test('the same lines, wherever the stream is cut', async () => {
  const line = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => text.trim() !== '' && !text.includes('\n'));
  const property = fc.asyncProperty(fc.array(line), fc.array(fc.nat(20)), async (lines, sizes) => {
    const bytes = Buffer.from(lines.map((text) => `${text}\n\n`).join(''));
    const read = await collect(readLines(inChunks(bytes, sizes), 1024));
    assert.deepEqual(
      read,
      lines.map((text) => Buffer.from(text).toString()),
    );
  });
  await fc.assert(property);
});

test('a line without an end, and one that is too long', async () => {
  const half = readLines(inChunks(Buffer.from('a\nb'), []), 10);
  await assert.rejects(collect(half), { code: 'bad_response' });
  const long = readLines(inChunks(Buffer.from(`${'x'.repeat(100)}\n`), [20, 20]), 30);
  await assert.rejects(collect(long), { code: 'response_too_large' });
});
