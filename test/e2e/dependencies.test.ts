import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { greetWheel } from '../helpers/python-wheel.ts';
import { serve } from '../helpers/serve.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';

const wheel = greetWheel();

/** Path of a package → its content. What they install on needs no registry. */
function packages(): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-packages-'));
  try {
    mkdirSync(join(folder, 'package'));
    writeFileSync(join(folder, 'package/package.json'), '{"name": "greet", "version": "1.0.0"}');
    writeFileSync(join(folder, 'package/index.js'), "module.exports = () => 'from the package';\n");
    execFileSync('tar', ['-czf', join(folder, 'greet.tgz'), '-C', folder, 'package']);
    return new Map([
      [`/${wheel.name}`, wheel.content],
      ['/greet.tgz', readFileSync(join(folder, 'greet.tgz'))],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pythonSource = 'import greet\n\ndef handler(event, context):\n    return greet.greet()\n';
const nodeSource = "const greet = require('greet');\nexports.handler = () => greet();\n";

suite('dependencies are installed by the build, in embedded mode', () => {
  let it: SourceDeploys;
  before(async () => {
    it = await sourceDeploys();
  });
  after(() => it[Symbol.asyncDispose]());

  async function deploy(name: string, runtime: string, source: [string, string], dependencies: string) {
    const from = await it.file(...source);
    const file = await it.file(`${name}-dependencies`, dependencies);
    const flags = ['--runtime', runtime, '--handler', `${name}.handler`, '--from-file', from];
    return it.kubeless('function', 'deploy', name, ...flags, '--dependencies', file, '--wait');
  }

  /** An edit takes the installed dependencies over, and is loaded with them before it is served. */
  async function assertEdited(name: string, file: string, source: string): Promise<void> {
    const mended = await it.file(file, `${source}\n`);
    const edited = await it.kubeless('function', 'update', name, '--from-file', mended, '--wait');
    assert.equal(edited.exit, 0, edited.stderr);
    assert.match((await it.call(name)).body, /^from the/);
    const wrong = await it.file(file, source.replaceAll('handler', 'renamed'));
    const refused = await it.kubeless('function', 'update', name, '--from-file', wrong, '--wait');
    assert.match(refused.stderr, /LoadFailed: .*no function 'handler'.*renamed/);
    assert.match((await it.call(name)).body, /^from the/);
  }

  test('pip installs requirements.txt', async () => {
    const files = packages();
    await using server = await serve(({ url = '' }) => files.get(url));
    const requirement = `greet @ ${server.url}/${wheel.name}\n`;
    const { exit, stderr } = await deploy('piped', 'python3.11', ['piped.py', pythonSource], requirement);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(await it.call('piped'), { status: 200, body: 'from the wheel' });
    await assertEdited('piped', 'piped.py', pythonSource);
  });

  test('npm installs package.json', async () => {
    const files = packages();
    await using server = await serve(({ url = '' }) => files.get(url));
    const manifest = JSON.stringify({ dependencies: { greet: `${server.url}/greet.tgz` } });
    const { exit, stderr } = await deploy('npmed', 'nodejs24', ['npmed.js', nodeSource], manifest);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(await it.call('npmed'), { status: 200, body: 'from the package' });
    await assertEdited('npmed', 'npmed.js', nodeSource);
  });

  test('what does not resolve is a failure with the words of the installer', async () => {
    await using server = await serve(() => undefined);
    const requirement = `missing @ ${server.url}/missing-1.0-py3-none-any.whl\n`;
    const { exit, stderr } = await deploy('unmet', 'python3.11', ['unmet.py', pythonSource], requirement);
    assert.notEqual(exit, 0);
    assert.match(stderr, /DependenciesFailed/);
    assert.match(stderr, /404/);
  });
});
