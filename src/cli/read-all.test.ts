import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { readAll } from './read-all.ts';

const { signal } = new AbortController();

test('all pieces in one', async () => {
  const stream = Readable.from([Buffer.from('a'), Buffer.from('bc')]);
  assert.equal((await readAll(stream, 'it', signal)).toString(), 'abc');
});

test('what does not end is refused, and read no further', async () => {
  const piece = Buffer.alloc(16 * 1024 * 1024);
  let given = 0;
  const stream = new Readable({
    read() {
      given += 1;
      this.push(piece);
    },
  });
  await assert.rejects(readAll(stream, '/dev/zero', signal), {
    code: 'body_too_large',
    message: '/dev/zero has more than 268435456 bytes',
  });
  assert.ok(stream.destroyed && given < 24, String(given));
});

test('an abort ends it, whatever was read until then', async () => {
  const stop = new AbortController();
  const stream = new PassThrough();
  stream.write('half of a source');
  const reading = readAll(stream, 'it', stop.signal);
  stop.abort();
  await assert.rejects(reading, { name: 'AbortError' });
  assert.ok(stream.destroyed);
  await assert.rejects(readAll(Readable.from(['x']), 'it', stop.signal), { name: 'AbortError' });
});
