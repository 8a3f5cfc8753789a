import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeTrailers } from './trailers.ts';

test('trailers that say something about the message behind it are dropped, others pass with their case', () => {
  const kept = ['X-Sum', '1', 'Server-Timing', 'a;dur=1', 'ETag', '"x"'];
  const dropped = [
    'Content-Length',
    'TRANSFER-ENCODING',
    'Set-Cookie',
    'X-Request-Id',
    'Connection',
    'Trailer',
  ]
    .concat(['X-Forwarded-For', 'Access-Control-Allow-Origin', 'If-Match', 'Host', 'Authorization'])
    .flatMap((name) => [name, '1']);
  assert.deepEqual(safeTrailers([...dropped, ...kept]), kept);
});
