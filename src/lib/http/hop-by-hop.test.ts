import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endToEndHeaders } from './hop-by-hop.ts';

test('drops hop-by-hop fields, those that Connection names, and what the caller wants dropped', () => {
  const headers = [
    'Host',
    'a',
    'Connection',
    'close, X-Mine',
    'X-Mine',
    '1',
    'TE',
    'trailers',
    'X-Kept',
    '2',
    'Expect',
    'x',
  ];
  assert.deepEqual(endToEndHeaders(headers, new Set(['expect'])), ['Host', 'a', 'X-Kept', '2']);
});

test('Connection cannot take away what gives the message its meaning', () => {
  const headers = [
    'Connection',
    'Host, Content-Length, Cookie',
    'Host',
    'a',
    'Content-Length',
    '1',
    'Cookie',
    'b',
  ];
  assert.deepEqual(endToEndHeaders(headers), headers.slice(2));
});
