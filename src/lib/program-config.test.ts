import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { programConfig } from './program-config.ts';

const schema = z.object({ KONTAIN_PORT: z.coerce.number(), KONTAIN_ROOT: z.string().default('/root') });
const flags = { port: 'KONTAIN_PORT', root: 'KONTAIN_ROOT', 'node-name': null };
const parse = (args: string[], env: Record<string, string> = {}) =>
  programConfig(schema, { args, env, flags, usage: 'usage: x' });

test('flags win over variables; those that change nothing are accepted', () => {
  assert.deepEqual(parse(['--port', '2', '--node-name', 'n'], { KONTAIN_PORT: '1', KONTAIN_ROOT: '/r' }), {
    KONTAIN_PORT: 2,
    KONTAIN_ROOT: '/r',
  });
  assert.deepEqual(parse([], { KONTAIN_PORT: '1' }), { KONTAIN_PORT: 1, KONTAIN_ROOT: '/root' });
});

test('what is wrong is named, with the usage as the hint', () => {
  assert.throws(() => parse(['--prot', '2']), { code: 'bad_request', message: /--prot/, hint: 'usage: x' });
  assert.throws(() => parse(['--port']), { code: 'bad_request', hint: 'usage: x' });
  assert.throws(() => parse(['--port', 'x']), {
    code: 'bad_request',
    message: /^KONTAIN_PORT: /,
    hint: 'usage: x',
  });
});
