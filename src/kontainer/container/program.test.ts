import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kontainerSpec } from '../../../test/helpers/kontainer-spec.ts';
import { programOf } from './program.ts';

const args = ['/bin/fn', '--flag'];

test('a program without a server is run by ours', () => {
  assert.deepEqual(programOf(kontainerSpec({ protocol: 'cgi', args })), ['/.kontain/exec', 'cgi', ...args]);
  assert.deepEqual(programOf(kontainerSpec({ protocol: 'kontain-files', args })), [
    '/.kontain/exec',
    'files',
    ...args,
  ]);
});

test('a server is run as it is', () => {
  assert.deepEqual(programOf(kontainerSpec({ protocol: 'http', args })), args);
  assert.deepEqual(programOf(kontainerSpec({ protocol: 'http-stream', args })), args);
});
