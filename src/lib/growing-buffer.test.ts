import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GrowingBuffer } from './growing-buffer.ts';

test('holds what was appended, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const growing = new GrowingBuffer();
      for (const piece of pieces) growing.append(Buffer.from(piece));
      assert.deepEqual(growing.bytes, Buffer.concat(pieces));
      assert.equal(growing.length, growing.bytes.length);
    }),
  );
});

test('does not hold its pieces', () => {
  const growing = new GrowingBuffer();
  const piece = Buffer.from('a');
  growing.append(piece);
  piece[0] = 0x62;
  assert.equal(growing.bytes.toString(), 'a');
});
