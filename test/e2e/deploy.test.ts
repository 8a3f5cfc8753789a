import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { identify } from '../../src/embedded/supervisor/process-identity.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { load } from '../helpers/caller.ts';
import { eventually } from '../helpers/eventually.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

const namespace = 'default';

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (identify(pid) !== null) await systemClock.sleep(5);
}

suite('functions from source, in embedded mode', () => {
  let it: SourceDeploys;
  before(async () => {
    it = await sourceDeploys();
  });
  after(() => it[Symbol.asyncDispose]());

  /** Whether the registry has a digest of a function. */
  async function hasImage(name: string, digest: string): Promise<boolean> {
    const path = `functions/${namespace}/${name}/manifests/${digest}`;
    const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
    return (await it.askRegistry(path, { method: 'HEAD', headers })).ok;
  }

  test('a file is deployed, called, edited under load with no failed call, rolled back', async () => {
    const deployed = await it.answer('hello', 'one');
    assert.equal(deployed.exit, 0, deployed.stderr);
    assert.deepEqual(await it.call('hello'), { status: 200, body: 'one' });
    const first = await it.get('hello');
    {
      await using calls = load(it.instance.url(`/${namespace}/hello`), 2);
      assert.equal((await it.answer('hello', 'two')).exit, 0);
      await eventually('the edit is served', async () => (await it.call('hello')).body === 'two');
      const failed = calls.results.filter(({ status }) => status !== 200);
      assert.deepEqual(failed, []);
      assert.ok(calls.results.length > 0);
    }
    const digest = first.status?.digest ?? '';
    const rolled = await it.kubeless('function', 'rollback', 'hello', '--to', digest);
    assert.equal(rolled.exit, 0, rolled.stderr);
    await eventually('the first build is served', async () => (await it.call('hello')).body === 'one');
    await it.nothingBuilds('hello');
  });

  test('an unchanged source builds and pushes nothing', async () => {
    await it.answer('same', 'x');
    const before = await it.get('same');
    const again = await it.answer('same', 'x');
    assert.equal(again.exit, 0, again.stderr);
    const { status } = await it.get('same');
    assert.deepEqual([status?.digest, status?.builds?.length], [before.status?.digest, 1]);
  });

  test('a deleted function leaves nothing: no manifest, no bundle, no layer of its own; its name is free at once', async () => {
    await it.answer('gone', 'old');
    const digest = (await it.get('gone')).status?.digest ?? '';
    assert.ok(await hasImage('gone', digest));
    assert.equal((await it.kubeless('function', 'delete', 'gone')).exit, 0);
    await eventually('the name is free', async () => (await it.answer('gone', 'new')).exit === 0);
    await eventually('the new one is served', async () => (await it.call('gone')).body === 'new');
    await eventually('the old image is gone', async () => !(await hasImage('gone', digest)));
    await it.kubeless('function', 'delete', 'gone');
    const bundle = join(it.instance.home.node, 'oci-bundles', namespace, 'gone');
    await eventually('the bundle is gone', () => !existsSync(bundle));
    await eventually('calls are refused', async () => (await it.call('gone')).status === 404);
    await it.nothingBuilds('gone');
  });

  test('deployed and deleted at once; two deploys at once: right in the end', async () => {
    const path = await it.file('brief.py', 'def handler(event, context): return "brief"\n');
    const flags = ['--runtime', 'python3.11', '--handler', 'brief.handler', '--from-file', path];
    assert.equal((await it.kubeless('function', 'deploy', 'brief', ...flags)).exit, 0);
    assert.equal((await it.kubeless('function', 'delete', 'brief')).exit, 0);
    await eventually('it is gone', () =>
      it.get('brief').then(
        () => false,
        () => true,
      ),
    );
    await it.nothingBuilds('brief');
    await it.answer('both', 'first');
    const [a, b] = [await it.file('a.py', answer('a')), await it.file('b.py', answer('b'))];
    await Promise.all([
      it.kubeless('function', 'update', 'both', '--from-file', a),
      it.kubeless('function', 'update', 'both', '--from-file', b),
    ]);
    const { spec } = await it.until('both', 'Ready');
    const wanted = (spec as { function?: string }).function?.includes('"a"') === true ? 'a' : 'b';
    await eventually('what the object says is served', async () => (await it.call('both')).body === wanted);
    await it.nothingBuilds('both');
  });

  test('the registry away: the build waits for it, and then goes on', async () => {
    const registry = it.instance.pid('embedded-registry');
    process.kill(registry, 'SIGSTOP');
    const children = execFileSync('pgrep', ['--parent', String(registry)])
      .toString()
      .trim()
      .split('\n')
      .map(Number);
    for (const pid of children) process.kill(pid, 'SIGKILL');
    const path = await it.file('patient.py', answer('patient'));
    const flags = ['--runtime', 'python3.11', '--handler', 'patient.handler', '--from-file', path];
    await it.kubeless('function', 'deploy', 'patient', ...flags);
    await it.until('patient', 'RegistryFailed');
    process.kill(registry, 'SIGCONT');
    await it.until('patient', 'Ready');
    assert.equal((await it.call('patient')).body, 'patient');
  });

  test('a home whose registry had no login, or lost it, gets a new one; what it has is served and built on', async () => {
    const { instance } = it;
    assert.equal((await it.answer('older', 'before')).exit, 0);
    const login = readFileSync(instance.home.registryAuth, 'utf8');
    await instance.down();
    rmSync(instance.home.registryAuth);
    await instance.up();
    assert.notEqual(readFileSync(instance.home.registryAuth, 'utf8'), login);
    assert.equal((await it.call('older')).body, 'before');
    const edited = await it.answer('older', 'after');
    assert.equal(edited.exit, 0, edited.stderr);
    await eventually('the edit is served', async () => (await it.call('older')).body === 'after');
  });

  for (const part of ['controllers', 'embedded-agent'])
    test(`kill -9 of ${part} in mid-build: nothing lost, nothing doubled, nothing left`, async () => {
      const name = `killed-${part.slice(-5)}`;
      await using source = await slowSource(answer(name), it.sourcePort);
      const flags = ['--runtime', 'python3.11', '--handler', 'mid.handler', '--from-file', source.url];
      const deployed = await it.kubeless('function', 'deploy', name, ...flags);
      assert.equal(deployed.exit, 0, deployed.stderr);
      await source.asked;
      await killed(it.instance.pid(part));
      source.release();
      const { status } = await it.until(name, 'Ready');
      assert.equal(status?.builds?.length, 1);
      assert.equal((await it.call(name)).body, name);
      await it.nothingBuilds(name);
    });
});

/** The command line gets it at once, for its checksum; a build waits for it until it is released. */
async function slowSource(content: string, port: number) {
  const [released, asked] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    if (requests > 1) asked.resolve();
    void (requests > 1 ? released.promise : Promise.resolve()).then(() => response.end(content));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}/mid.py`,
    asked: asked.promise,
    release: released.resolve,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const answer = (text: string): string => `def handler(event, context):\n    return ${JSON.stringify(text)}\n`;
