import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableMessage } from './readable-message.ts';

test('a message is one line that moves no cursor, and is not longer than a status may have', () => {
  assert.equal(readableMessage(' no user "a\n\u001b[31mb\u009b1m\u202e"\r\n'), 'no user "a [31mb 1m "');
  assert.equal(readableMessage('ünïcode stays: 語'), 'ünïcode stays: 語');
  assert.equal(readableMessage('x'.repeat(1_000_000)).length, 2001);
});
