import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { errnoText, lastWords } from './error-text.ts';

test('errors of the system have words', () => {
  assert.equal(errnoText(2), 'no such file or directory');
  assert.equal(errnoText(13), 'permission denied');
});

test('any number is accepted: a template may have made it up', () => {
  for (const errno of [0, -5, 99_999, Number.MAX_SAFE_INTEGER, Number.NaN])
    assert.match(errnoText(errno), /^error /);
  fc.assert(fc.property(fc.integer(), (errno) => errnoText(errno).length > 0));
});

test('the last line is the reason, without places of this host', () => {
  const printed = 'Traceback\nopen /run/kontain/b/1/config.json: no such file\n\n';
  assert.equal(lastWords(printed, ['/run/kontain']), 'open …/b/1/config.json: no such file');
  assert.equal(lastWords('', ['/run/kontain']), '');
});
