import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { configMaps } from '../../../src/kube/builtin-resources.ts';
import { jobs, pods } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Bench, python } from './bench.ts';

/** What is known of earlier builds: in the registry, in the status, and no longer. */
export function historyContract(bench: Bench): void {
  test('a build that the registry has is not made again, though nothing but its signature tells of it', async () => {
    const { world } = bench;
    await world.deploy('restored', python('restored'));
    const before = await world.until('restored', 'Ready');
    const ref = { namespace: world.namespace, name: 'restored' };
    // As an object is that comes out of a backup: without its status.
    const status = {
      builds: null,
      digest: null,
      image: null,
      source: null,
      signature: null,
      conditions: null,
    };
    await world.client.mergePatch(functionResource, ref, { status }, { subresource: 'status' });
    const { status: after } = await world.until('restored', 'Ready', /sha256/);
    assert.deepEqual(
      [after?.digest, after?.builds?.map(({ signature }) => signature)],
      [before.status?.digest, [before.status?.signature]],
    );
    assert.equal(world.builds('restored').length, 1);
  });

  test('builds beyond the limit leave history and registry; of the others each can be served again', async () => {
    const { world } = bench;
    const spec = { ...python('v1'), build: { historyLimit: 1 } };
    await world.deploy('limited', spec);
    const digests: string[] = [];
    for (const source of ['v1', 'v2', 'v3']) {
      if (source !== 'v1') await world.edit('limited', { function: source });
      digests.push((await world.until('limited', 'Ready')).status?.digest ?? '');
    }
    const [first = '', second = '', third = ''] = digests;
    const { status } = await world.get('limited');
    // The one that was served until then is kept beside the limit: it may be served again.
    assert.deepEqual(
      status?.builds?.map(({ digest }) => digest),
      [third, second],
    );
    const inRegistry = await Promise.all(digests.map((digest) => world.hasImage('limited', digest)));
    assert.deepEqual(inRegistry, [false, true, true]);
    await world.edit('limited', { rollback: { digest: second } });
    await world.until('limited', 'Ready', /rolled back/);
    assert.match(String(Object(await world.image('limited')).spec.image), new RegExp(`@${second}$`));
    await world.edit('limited', { rollback: { digest: first } });
    const refused = new RegExp(`${first} is no build of this function; there are: ${third}, ${second}\\.`);
    await world.until('limited', 'UnknownBuild', refused);
    assert.match(String(Object(await world.image('limited')).spec.image), new RegExp(`@${second}$`));
    await world.edit('limited', { rollback: null, function: 'v1' });
    await world.until('limited', 'Ready', new RegExp(first));
    assert.ok(await world.hasImage('limited', first), 'it was built again');
  });

  test('a build that failed for good keeps no source, is not tried again when its Job is gone, and says why on', async () => {
    const { world } = bench;
    const failure = { container: 'check', exitCode: 2, message: 'trace\nhello.py, line 1: SyntaxError' };
    world.runner.behaviour = (source) => Promise.resolve(source === 'bad' ? failure : undefined);
    await world.deploy('hopeless', python('bad'));
    await world.until('hopeless', 'LoadFailed', /line 1: SyntaxError\.$/);
    await world.nothingLeft(configMaps, 'hopeless');
    const own = { namespace: world.namespace, labelSelector: 'function=hopeless' };
    const [job] = (await world.client.list(jobs, own)).items;
    assert.equal(Object(job?.spec).ttlSecondsAfterFinished, 3600);
    // In the place of the Job's own controller, when that time is over: what tells the reason may go first.
    await world.client.deleteCollection(pods, own);
    await world.nothingLeft(pods, 'hopeless');
    await world.edit('hopeless', { concurrency: 3 });
    await world.until('hopeless', 'LoadFailed', /line 1: SyntaxError\.$/);
    const ref = { namespace: world.namespace, name: job?.metadata.name ?? '' };
    await world.client.delete(jobs, ref, { propagationPolicy: 'Background' });
    await world.nothingLeft(jobs, 'hopeless');
    await world.nothingLeft(pods, 'hopeless');
    await world.edit('hopeless', { concurrency: 2 });
    const { status } = await world.until('hopeless', 'LoadFailed', /line 1: SyntaxError\.$/);
    assert.equal(status?.log, failure.message);
    assert.equal(world.builds('hopeless').length, 1);
    await world.edit('hopeless', { env: [{ name: 'A', value: '1' }] });
    await eventually('other variables are tried', () => world.builds('hopeless').length === 2);
    await world.until('hopeless', 'LoadFailed', /line 1: SyntaxError\.$/);
    await world.edit('hopeless', { function: 'good' });
    const mended = await world.until('hopeless', 'Ready');
    assert.equal(mended.status?.failedBuild, undefined);
    await world.edit('hopeless', { function: 'bad' });
    await world.until('hopeless', 'LoadFailed', /The version of before is still served\.$/);
    assert.equal(world.builds('hopeless').length, 4);
    await world.edit('hopeless', { function: null, image: mended.status?.image });
    await world.until('hopeless', 'Ready');
    await world.nothingLeft(jobs, 'hopeless');
    world.runner.behaviour = () => Promise.resolve(undefined);
  });
}
