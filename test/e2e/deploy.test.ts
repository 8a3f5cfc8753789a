import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { identify } from '../../src/embedded/supervisor/process-identity.ts';
import { configMaps, coreEvents } from '../../src/kube/builtin-resources.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { load } from '../helpers/caller.ts';
import { eventually } from '../helpers/eventually.ts';
import { isPull, isPush } from '../helpers/held-registry.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

const namespace = 'default';
const ofAgent = 'The agent of this machine ended while the pod ran.';

const config = { namespace: 'kubeless', name: 'kubeless-config' };

const childrenOf = (pid: number): number[] =>
  execFileSync('pgrep', ['--parent', String(pid)])
    .toString()
    .trim()
    .split('\n')
    .map(Number);

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

  /** With times: what is written again is another one. */
  const registryFiles = (): string[] =>
    execFileSync('find', [it.instance.home.registry, '-printf', '%P %T@ %s\n']).toString().split('\n').sort();

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
    for (const [flag, text] of [['--undo', 'two'] as const, ['--wait', 'one'] as const]) {
      const { exit, stderr } = await it.kubeless('function', 'rollback', 'hello', flag);
      assert.equal(exit, 0, stderr);
      await eventually(`${text} is served`, async () => (await it.call('hello')).body === text);
    }
    assert.equal(await it.made.jobs('hello'), 2);
    await it.nothingBuilds('hello');
  });

  test('an unchanged source builds and pushes nothing', async () => {
    await it.answer('same', 'x');
    assert.equal(await it.made.jobs('same'), 1);
    const [before, registry] = [await it.get('same'), registryFiles()];
    const again = await it.answer('same', 'x');
    assert.equal(again.exit, 0, again.stderr);
    const edited = await it.kubeless(
      'function',
      'update',
      'same',
      '--env',
      'A=1',
      '--label',
      'a=b',
      '--wait',
    );
    assert.equal(edited.exit, 0, edited.stderr);
    const { metadata, status } = await it.get('same');
    assert.equal(metadata.labels?.['a'], 'b');
    assert.deepEqual([status?.digest, status?.builds], [before.status?.digest, before.status?.builds]);
    assert.equal(await it.made.jobs('same'), 1);
    assert.deepEqual(registryFiles(), registry);
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
    for (const pid of childrenOf(registry)) process.kill(pid, 'SIGKILL');
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

  for (const [part, podsOfEdit] of [['controllers', 1] as const, ['embedded-agent', 2] as const])
    test(`kill -9 of ${part} in the middle of an edit under load: no failed call, built once, nothing left`, async () => {
      const name = `killed-${part.slice(-5)}`;
      assert.equal((await it.answer(name, 'before')).exit, 0);
      await using source = await slowSource(answer('after'), it.sourcePort);
      await using calls = load(it.instance.url(`/${namespace}/${name}`), 2);
      const flags = ['--handler', 'mid.handler', '--from-file', source.url];
      const edited = await it.kubeless('function', 'update', name, ...flags);
      assert.equal(edited.exit, 0, edited.stderr);
      await source.asked;
      const building = await it.until(name, 'Building');
      assert.match(building.status?.message ?? '', /^The build begins|^The source is fetched/);
      await killed(it.instance.pid(part));
      assert.equal((await it.call(name)).body, 'before');
      if (part === 'embedded-agent')
        await eventually('condition and event tell', async () => {
          const { status } = await it.until(name, 'Building');
          const { items } = await it.client.list(coreEvents, { namespace });
          const told = `It was cut off and is made again: ${ofAgent} `;
          return (
            status?.message?.startsWith(told) === true && items.some(({ message }) => message === ofAgent)
          );
        });
      source.release();
      const { status } = await it.until(name, 'Ready');
      await eventually('the edit is served', async () => (await it.call(name)).body === 'after');
      await it.nothingBuilds(name);
      assert.equal(status?.builds?.length, 2);
      assert.equal(await it.made.jobs(name), 2);
      const pods = it.made.pods(name);
      assert.equal(pods.length, 1 + podsOfEdit);
      const told = pods.filter((pod) => pod.status?.message === ofAgent);
      assert.equal(told.length, podsOfEdit - 1);
      assert.ok(calls.results.length > 0);
      assert.deepEqual(
        calls.results.filter(({ status: code, body }) => code !== 200 || !['before', 'after'].includes(body)),
        [],
      );
    });

  test('each stage of a build is told; kill -9 of the registry in mid-push is told too, and pushed again', async () => {
    await using registry = await it.holdRegistry();
    const { data } = await it.client.get(configMaps, config);
    await it.client.mergePatch(configMaps, config, {
      data: { 'function-registry': `${registry.host}/functions` },
    });
    const push = registry.hold(isPush);
    assert.equal((await it.answer('stages', 'one', '--wait=false')).exit, 0);
    await push.reached;
    const pushing = await it.until('stages', 'Pushing');
    assert.equal(pushing.status?.message, 'The image is put together and pushed.');
    const pull = registry.hold(isPull);
    push.release();
    await pull.reached;
    await eventually('the node tells', async () => {
      const { status } = await it.until('stages', 'Pulling');
      return status?.message === `Fetching ${status?.image ?? ''}.`;
    });
    pull.release();
    await it.until('stages', 'Ready');
    assert.equal((await it.call('stages')).body, 'one');

    const again = registry.hold(isPush);
    await it.answer('stages', 'two', '--wait=false');
    await again.reached;
    const [server = 0] = childrenOf(it.instance.pid('embedded-registry'));
    await killed(server);
    again.release();
    const failed = await it.until('stages', 'PushFailed');
    assert.match(failed.status?.message ?? '', /It is tried again after a while\. The version of before is/);
    await eventually('an event tells', async () =>
      (await it.events('stages')).some((event) => event.startsWith('PushFailed:')),
    );
    assert.equal((await it.call('stages')).body, 'one');
    const { status } = await it.until('stages', 'Ready');
    await eventually('it is served', async () => (await it.call('stages')).body === 'two');
    assert.deepEqual([status?.builds?.length, await it.made.jobs('stages')], [2, 3]);
    await it.nothingBuilds('stages');
    await it.kubeless('function', 'delete', 'stages');
    await it.client.mergePatch(configMaps, config, { data });
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
