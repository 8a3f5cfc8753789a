import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { functionResource } from '../../../src/api/function.ts';
import { lastAppliedAnnotation } from '../../../src/kube/apply.ts';
import { configMaps } from '../../../src/kube/builtin-resources.ts';
import { jobs } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Bench, python } from './bench.ts';

/** From a source to what is served, and the next source. */
export function buildingContract(bench: Bench): void {
  test('a source becomes a build, and nothing of it stays but the image', async () => {
    const { world } = bench;
    await world.deploy('hello', python('first'));
    const { metadata, status } = await world.until('hello', 'Ready');
    assert.deepEqual(metadata.finalizers, ['kubeless.io/function']);
    const [build] = status?.builds ?? [];
    const digest = build?.digest ?? '';
    assert.equal(status?.digest, digest);
    const place = `docker://${world.registry.host}/functions/${world.namespace}/hello`;
    assert.equal(build?.image, `${place}@${digest}`);
    const args = world.buildArgs('hello');
    assert.match(
      args,
      /--runtime-image=docker:\S*@sha256:.* --env=MOD_NAME=hello --env=FUNC_HANDLER=handler/,
    );
    await world.nothingLeft(jobs, 'hello');
    await world.nothingLeft(configMaps, 'hello');
    // Events are written behind the status, not with it, and their times are in whole seconds: no order is promised.
    for (const reason of ['Building', 'Ready'])
      await eventually(`the event ${reason}`, async () => (await world.events('hello')).includes(reason));
  });

  test('a build is served by an Image and a Service of the same name, which are its own', async () => {
    const { world } = bench;
    await world.deploy('served', { ...python('x'), timeout: '30', env: [{ name: 'A', value: '1' }] });
    const { metadata, status } = await world.until('served', 'Ready');
    const image = await world.image('served');
    const env = { FUNC_TIMEOUT: '30', FUNC_MEMORY_LIMIT: '0', A: '1' };
    const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
    assert.deepEqual(image.spec, { image: status?.image, env: variables, timeout: '30' });
    for (const object of [image, await world.service('served')]) {
      const [owner] = object.metadata.ownerReferences ?? [];
      assert.deepEqual([owner?.kind, owner?.uid, owner?.controller], ['Function', metadata.uid, true]);
      assert.deepEqual(object.metadata.labels, { 'created-by': 'kubeless', function: 'served' });
    }
  });

  test('an edit builds once, the version of before is served until then, and an edit back builds nothing', async () => {
    const { world } = bench;
    await world.deploy('edited', python('one'));
    const first = await world.until('edited', 'Ready');
    const release = Promise.withResolvers<undefined>();
    world.runner.behaviour = () => release.promise;
    await world.edit('edited', { function: 'two' });
    await world.until('edited', 'Building');
    const during = await world.image('edited');
    assert.equal((during.spec as { image: string }).image, first.status?.image);
    release.resolve(undefined);
    const second = await world.until('edited', 'Ready');
    assert.notEqual(second.status?.digest, first.status?.digest);
    assert.equal(second.status?.builds?.length, 2);
    world.runner.behaviour = () => Promise.resolve(undefined);
    await world.edit('edited', { function: 'one' });
    const third = await world.until('edited', 'Ready', new RegExp(first.status?.digest ?? '-'));
    assert.equal(third.status?.digest, first.status?.digest);
    await world.edit('edited', { env: [{ name: 'A', value: '2' }], timeout: '5' });
    await world.until('edited', 'Ready');
    assert.equal(world.builds('edited').length, 2);
  });

  test('a rollback serves an earlier build until the source changes', async () => {
    const { world } = bench;
    await world.deploy('rolled', python('good'));
    const good = await world.until('rolled', 'Ready');
    await world.edit('rolled', { function: 'bad' });
    const bad = await world.until('rolled', 'Ready');
    const digest = good.status?.digest ?? '';
    await world.edit('rolled', { rollback: { digest, insteadOf: bad.status?.source } });
    await world.until('rolled', 'Ready', /rolled back/);
    assert.equal((await world.image('rolled')).spec?.['image' as never], good.status?.image);
    await world.edit('rolled', { function: 'better' });
    const better = await world.until('rolled', 'Ready');
    assert.notEqual(better.status?.digest, digest);
    await world.edit('rolled', { rollback: { digest: `sha256:${'0'.repeat(64)}`, insteadOf: null } });
    await world.until('rolled', 'UnknownBuild', /no build of this function.*still served/s);
    await world.edit('rolled', { rollback: null });
    await world.until('rolled', 'Ready');
  });

  test('labels and annotations follow those of the Function: changed, added, removed', async () => {
    const { world } = bench;
    const ref = { namespace: world.namespace, name: 'labelled' };
    const relabel = (labels: object, annotations: object) =>
      world.client.mergePatch(functionResource, ref, { metadata: { labels, annotations } });
    const made = async () => {
      const [image, service] = [await world.image('labelled'), await world.service('labelled')];
      const { [lastAppliedAnnotation]: _, ...notes } = image.metadata.annotations ?? {};
      return { image: image.metadata.labels, service: service.metadata.labels, notes };
    };
    const own = { 'created-by': 'kubeless', function: 'labelled' };
    await world.deploy('labelled', python('labelled'));
    await world.until('labelled', 'Ready');
    const record = 'kubectl.kubernetes.io/last-applied-configuration';
    await relabel({ team: 'a', stays: '1' }, { note: 'a', [record]: '{}' });
    const labels = { ...own, team: 'a', stays: '1' };
    await becomes(made, { image: labels, service: labels, notes: { note: 'a' } });
    await relabel({ team: null, stays: '2', function: 'other' }, { note: null, other: 'b' });
    const edited = { ...own, stays: '2' };
    await becomes(made, { image: edited, service: edited, notes: { other: 'b' } });
    assert.equal(world.builds('labelled').length, 1);
  });

  test('while the nodes fetch a build it says so', async () => {
    const { world } = bench;
    await world.deploy('fetched', python('fetched'));
    await world.until('fetched', 'Ready');
    process.kill(world.node.pid, 'SIGSTOP');
    try {
      await world.edit('fetched', { function: 'fetched 2' });
      await world.until('fetched', 'Pulling', /^The nodes fetch the image\.$/);
    } finally {
      process.kill(world.node.pid, 'SIGCONT');
    }
    await world.until('fetched', 'Ready');
  });

  test('a newer edit ends the build of the older one', async () => {
    const { world } = bench;
    const never = Promise.withResolvers<undefined>();
    world.runner.behaviour = (source) => (source === 'old' ? never.promise : Promise.resolve(undefined));
    await world.deploy('hasty', python('old'));
    await world.until('hasty', 'Building');
    await world.edit('hasty', { function: 'new' });
    const { status } = await world.until('hasty', 'Ready');
    assert.equal(status?.builds?.length, 1);
    never.resolve(undefined);
    await world.nothingLeft(jobs, 'hasty');
  });

  test('builds wait for their turn, in order', async () => {
    const { world } = bench;
    await world.configure({ 'build-concurrency': '1' });
    const release = Promise.withResolvers<undefined>();
    world.runner.behaviour = () => release.promise;
    await world.deploy('queue-a', python('a'));
    await world.until('queue-a', 'Building');
    await world.deploy('queue-b', python('b'));
    await world.until('queue-b', 'Queued');
    await world.deploy('queue-c', python('c'));
    await world.until('queue-c', 'Queued', /: 1 more before it/);
    await world.delete('queue-b');
    release.resolve(undefined);
    await world.until('queue-a', 'Ready');
    await world.until('queue-c', 'Ready');
    await world.configure({});
  });

  test('dependencies are installed once, and shared after that', async () => {
    const { world } = bench;
    const deps = { deps: 'requests==2.0\n' };
    await world.deploy('deps-a', { ...python('a'), ...deps });
    await world.until('deps-a', 'Ready');
    await world.deploy('deps-b', { ...python('b'), ...deps });
    await world.until('deps-b', 'Ready');
    const steps = (each: string) => world.builds(each)[0]?.spec.initContainers?.map((item) => item.name);
    assert.deepEqual(steps('deps-a'), ['prepare', 'install', 'check']);
    assert.deepEqual(steps('deps-b'), ['fetch', 'check']);
    assert.match(world.buildArgs('deps-b'), /--dependencies-image=docker:/);
  });
}

/** Waits for it; what it was at last is told where that never comes. */
async function becomes(probe: () => Promise<object>, wanted: object): Promise<void> {
  const isSo = async () => isDeepStrictEqual(await probe(), wanted);
  await eventually('it is as it should be', isSo).catch(async () => assert.deepEqual(await probe(), wanted));
}
