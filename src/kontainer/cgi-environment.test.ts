import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeEnvironment } from './cgi-environment.ts';

/** As native/exec/main.c reads it. */
function decode(frame: Buffer): string[] {
  const length = frame.readUInt32LE(0);
  assert.equal(frame.length, 4 + length);
  const text = frame.toString('latin1', 4);
  assert.ok(length === 0 || text.endsWith('\0'));
  return text.split('\0').slice(0, -1);
}

test('variables arrive in their order, bytes above ASCII as they came from the wire', () => {
  const frame = encodeEnvironment({ REQUEST_METHOD: 'GET', HTTP_X: 'caf\xe9', EMPTY: '' });
  assert.deepEqual(decode(frame), ['REQUEST_METHOD=GET', 'HTTP_X=caf\xe9', 'EMPTY=']);
});

test('no variables are an empty frame', () => {
  assert.deepEqual(encodeEnvironment({}), Buffer.from([0, 0, 0, 0]));
});

test('whatever the values are, no variable can break into another', () => {
  const latin1 = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  });
  const name = fc.stringMatching(/^[A-Z_]{1,10}$/);
  fc.assert(
    fc.property(fc.dictionary(name, latin1), (variables) => {
      const expected = Object.entries(variables)
        .filter(([, value]) => !value.includes('\0'))
        .map(([name, value]) => `${name}=${value}`);
      assert.deepEqual(decode(encodeEnvironment(variables)), expected);
    }),
  );
});
