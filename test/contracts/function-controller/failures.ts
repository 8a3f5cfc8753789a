import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secrets } from '../../../src/kube/builtin-resources.ts';
import { jobs } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Bench, python } from './bench.ts';

/** What does not go well is said, and tried again where that helps. */
export function failuresContract(bench: Bench): void {
  test('a build that fails says why, and what is served stays', async () => {
    const { world } = bench;
    await world.deploy('broken', python('fine'));
    const fine = await world.until('broken', 'Ready');
    const failure = { container: 'prepare', exitCode: 2, message: 'unpacking\nchecksum differs' };
    world.runner.behaviour = (source) => Promise.resolve(source === 'YnJva2Vu' ? failure : undefined);
    await world.edit('broken', { function: 'YnJva2Vu', 'function-content-type': 'base64' });
    const { status } = await world.until(
      'broken',
      'SourceFailed',
      /checksum differs\. The version of before/,
    );
    assert.equal(status?.log, 'unpacking\nchecksum differs');
    assert.equal((await world.image('broken')).spec?.['image' as never], fine.status?.image);
    await world.edit('broken', { function: 'mended', 'function-content-type': 'text' });
    const mended = await world.until('broken', 'Ready');
    assert.equal(mended.status?.log, undefined);
    assert.deepEqual(
      world.builds('broken').map(({ source }) => source),
      ['fine', 'YnJva2Vu', 'mended'],
    );
  });

  test('what may go better is tried again', async () => {
    const { world } = bench;
    const failure = { container: 'build', exitCode: 10, message: 'the registry is away' };
    world.runner.behaviour = (_, attempt) => Promise.resolve(attempt === 1 ? failure : undefined);
    await world.deploy('again', python('x'));
    await world.until('again', 'PushFailed', /tried again after a while/);
    await world.until('again', 'Ready');
    world.runner.behaviour = () => Promise.resolve(undefined);
    assert.equal(world.builds('again').length, 2);
  });

  test('a function that cannot be loaded is not tried again until it, or what it is loaded with, changes', async () => {
    const { world } = bench;
    const failure = { container: 'check', exitCode: 2, message: "trace\nhello.py, line 2: KeyError: 'A'" };
    world.runner.behaviour = () => Promise.resolve(failure);
    await world.deploy('unloadable', python('x'));
    const { status } = await world.until('unloadable', 'LoadFailed', /line 2: KeyError: 'A'\.$/);
    assert.equal(status?.log, failure.message);
    await eventually('the event', async () => (await world.events('unloadable')).includes('LoadFailed'));
    await world.edit('unloadable', { timeout: '20' });
    await eventually('the variable FUNC_TIMEOUT is new', () => world.builds('unloadable').length === 2);
    await world.until('unloadable', 'LoadFailed');
    await world.edit('unloadable', { concurrency: 2 });
    await world.until('unloadable', 'LoadFailed', /KeyError: 'A'\.$/);
    assert.equal(world.builds('unloadable').length, 2);
    world.runner.behaviour = () => Promise.resolve(undefined);
    await world.edit('unloadable', { env: [{ name: 'A', value: '1' }] });
    const ready = await world.until('unloadable', 'Ready');
    assert.equal(ready.status?.log, undefined);
    await world.nothingLeft(jobs, 'unloadable');
  });

  test('a Secret may come: what needs a value of it is loaded again after a while', async () => {
    const { world } = bench;
    const failure = { container: 'check', exitCode: 2, message: "KeyError: 'DB'" };
    world.runner.behaviour = (_, attempt) => Promise.resolve(attempt === 1 ? failure : undefined);
    const env = [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'late', key: 'url' } } }];
    await world.deploy('waits', { ...python('waits'), env });
    await world.until('waits', 'LoadFailed', /may be missing or wrong: DB\. It is tried again/);
    const metadata = { namespace: world.namespace, name: 'late' };
    await world.client.create(secrets, { metadata, stringData: { url: 'x' } });
    await world.until('waits', 'Ready');
    world.runner.behaviour = () => Promise.resolve(undefined);
  });

  test('mistakes are told, and corrected without a restart', async () => {
    const { world } = bench;
    await world.deploy('wrong', { runtime: 'lua5.4', handler: 'a.b', function: 'x' });
    await world.until('wrong', 'UnknownRuntime', /Unable to find lua5\.4.*python3\.11, nodejs24/);
    const runtime = { phase: 'runtime', image: `${world.registry.host}/kontain/lua5.4` };
    const runtimes = [{ ID: 'lua', versions: [{ version: '5.4', images: [runtime] }] }];
    await world.configure({ 'runtime-images': JSON.stringify(runtimes) });
    await world.until('wrong', 'UnknownRuntime', /image docker:.*lua5\.4 does not exist/);
    await world.pushRuntime('lua5.4');
    await world.until('wrong', 'Ready');
    await world.configure({ 'build-concurrency': 'many' });
    await world.edit('wrong', { handler: '' });
    await world.until('wrong', 'InvalidSpec', /spec\.handler/);
    await world.configure({});
    await world.until('wrong', 'InvalidSpec');
  });

  test('an image that builds run and that is not there is told at once; with it the build goes on', async () => {
    const { world } = bench;
    await world.pushRuntime('ruby3.1');
    const spec = { runtime: 'ruby3.1', handler: 'hello.handler', function: 'x', deps: "gem 'a'\n" };
    await world.deploy('untooled', spec);
    const { status } = await world.until(
      'untooled',
      'UnknownRuntime',
      /ruby3\.1-build does not exist\. Push it there/,
    );
    assert.equal(status?.builds, undefined);
    assert.equal(world.builds('untooled').length, 0);
    await world.pushRuntime('ruby3.1-build');
    await world.edit('untooled', { timeout: '9' });
    await world.until('untooled', 'Ready');
  });

  test('without a registry nothing is built; credentials of the namespace bring one', async () => {
    const { world } = bench;
    await world.configure({ 'function-registry': '' });
    await world.deploy('homeless', python('x'));
    await world.until('homeless', 'NoRegistry', /There is no registry.*kubeless-registry-credentials/);
    const auths = { auths: { [world.registry.host]: { username: 'Me', password: 'p' } } };
    await world.client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { namespace: world.namespace, name: 'kubeless-registry-credentials' },
      stringData: { '.dockerconfigjson': JSON.stringify(auths) },
    });
    const { status } = await world.until('homeless', 'Ready');
    assert.match(status?.image ?? '', new RegExp(`docker://${world.registry.host}/me/homeless@`));
    const { imagePullSecrets } = (await world.image('homeless')).spec as { imagePullSecrets: unknown };
    assert.deepEqual(imagePullSecrets, [{ name: 'kubeless-registry-credentials' }]);
    await world.delete('homeless');
    // What is in an account's registry is not ours to remove: it is there for whoever comes again.
    await eventually('the name is free', () =>
      world.deploy('homeless', python('x')).then(
        () => true,
        () => false,
      ),
    );
    const again = await world.until('homeless', 'Ready');
    assert.equal(again.status?.digest, status?.digest);
    assert.equal(world.builds('homeless').length, 1);
    await world.delete('homeless');
    const ref = { namespace: world.namespace, name: 'kubeless-registry-credentials' };
    await world.client.delete(secrets, ref);
    await world.configure({});
  });

  test('a build that the registry has lost is made again', async () => {
    const { world } = bench;
    await world.deploy('lost', python('x'));
    const { status } = await world.until('lost', 'Ready');
    const digest = status?.digest ?? '';
    await world.removeImage('lost', digest);
    await world.replaceNode();
    await eventually('it is built again', () => world.builds('lost').length === 2);
    // The Job is there a moment before the status says so.
    await eventually('it is in the registry', () => world.hasImage('lost', digest));
    await world.until('lost', 'Ready');
  });
}
