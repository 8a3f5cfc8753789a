import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Connection, ConnectionEnded } from './connection.ts';
import { readBody, type RequestBody } from './request-body.ts';
import { BadRequest, parseRequestHead } from './request-head.ts';

const head = parseRequestHead('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');

/** A file reads like a stream socket: what there is, then the end. */
function read(framed: Buffer): RequestBody {
  const folder = mkdtempSync(join(tmpdir(), 'body-'));
  writeFileSync(join(folder, 'stream'), framed);
  const fd = openSync(join(folder, 'stream'), 'r');
  try {
    return readBody(new Connection(fd), head, Infinity);
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
}

test('a body comes out as it was cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 })), (parts) => {
      const chunks = parts.map((part) =>
        Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      );
      const body = read(Buffer.concat([...chunks, Buffer.from('0\r\nA: b\r\n\r\n')]));
      assert.ok(body.content.equals(Buffer.concat(parts)));
      assert.deepEqual(body.trailers, ['A', 'b']);
    }),
    { numRuns: 50 },
  );
});

test('anything else is refused, or its end is noticed', () => {
  const pieces = fc.constantFrom('0', '1', 'f', 'a', '\r\n', '\n', ';', ':', '\0', 'zz');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      try {
        read(Buffer.from(parts.join('')));
      } catch (error) {
        assert.ok(error instanceof BadRequest || error instanceof ConnectionEnded, String(error));
      }
    }),
    { numRuns: 200 },
  );
});
