import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BadRequest, parseRequestHead } from './request-head.ts';

const pieces = [
  'GET',
  ' ',
  '/',
  'HTTP/1.1',
  '\r\n',
  '\n',
  '\r',
  ':',
  'Host',
  'a',
  '\0',
  '\xff',
  'Content-Length',
];

test('a head gives a request or is refused, and no value holds a line break', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
      try {
        const { raw } = parseRequestHead(`${parts.join('')}\r\n\r\n`);
        assert.doesNotMatch(raw.join(''), /[\r\n\0]/);
      } catch (error) {
        assert.ok(error instanceof BadRequest);
      }
    }),
  );
});

test('what was written is read back', () => {
  const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,9}$/).map((name) => `X-${name}`);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(token, value)), fc.webPath(), (fields, path) => {
      const lines = fields.map(([name, content]) => `${name}: ${content}\r\n`).join('');
      const head = parseRequestHead(`PUT /${path} HTTP/1.1\r\n${lines}\r\n`);
      assert.equal(head.target, `/${path}`);
      assert.deepEqual(head.raw, fields.flat());
    }),
  );
});
