import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { embeddedInstance } from '../helpers/embedded-instance.ts';
import { leftovers } from '../helpers/leftovers.ts';
import { repository } from '../helpers/program.ts';
import { onTerminal } from '../helpers/terminal.ts';

test('make up shows an answer, the URL and three commands, again too; make down leaves nothing', async (t) => {
  await using it = await embeddedInstance({}, { prefix: 'kontain home ' });
  // Its own settings, and nothing of a make that runs this test.
  const { MAKEFLAGS: _, MAKELEVEL: __, MFLAGS: ___, ...inherited } = process.env;
  const env = { ...inherited, KONTAIN_HOME: it.home.root, KONTAIN_PORT: String(it.port) };
  const make = async (target: string) => {
    const options = { cwd: repository, env };
    const { stdout, stderr } = await promisify(execFile)('make', ['--no-print-directory', target], options);
    assert.equal(stderr, '', 'progress is for terminals');
    return stdout;
  };

  const first = await make('up');
  assert.ok(first.includes(`${it.url('/default/hello')}\n`), first);
  assert.match(first, /deployed from samples\/hello-python\/hello\.py in [\d.]+ s/);
  assert.match(first, /hello world/);
  assert.match(first, /answered in [\d.]+ ms/);
  // A person pastes them into a shell.
  const next = first.slice(first.indexOf('Try next:')).trim().split('\n').slice(1);
  assert.equal(next.length, 3, first);
  const [curl = '', kubeless = ''] = next;
  const run = async (line: string) =>
    (await promisify(execFile)('sh', ['-c', line], { env, cwd: repository })).stdout;
  assert.notEqual(await run(curl), '');
  assert.match(await run(kubeless), /hello\s.*python3\.11/);

  const { supervisor, sourceKey } = it.record();
  const again = await onTerminal(['make', '--no-print-directory', 'up'], { cwd: repository, env });
  assert.match(again.screen, /Starting Kontain FAAS … [^]*Starting Kontain FAAS: \d+s\n[^]*hello world/);
  if (it.record().sourceKey === sourceKey) assert.deepEqual(it.record().supervisor, supervisor);
  else t.diagnostic('the sources were edited during the test, so up had to restart it');
  assert.match(await make('down'), /stopped/);
  assert.deepEqual(leftovers(it.home), []);
  assert.match(await make('down'), /not running/);
});
