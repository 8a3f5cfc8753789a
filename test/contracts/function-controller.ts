import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { imageResource } from '../../src/api/image.ts';
import { jobs, services } from '../../src/function-controller/kube-kinds.ts';
import { configMaps } from '../../src/kube/builtin-resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { FunctionWorld, type WorldOptions } from '../helpers/function-world.ts';

const python = (text: string) => ({ runtime: 'python3.11', handler: 'hello.handler', function: text });

/** From a Function to its build, Image and Service, on an API server with a registry, a node and Jobs that run. */
export function functionControllerContract(name: string, options: WorldOptions): void {
  suite(`function-controller: ${name}`, () => {
    let world: FunctionWorld;
    before(async () => {
      world = await FunctionWorld.open(options);
      await world.startController();
    });
    after(() => world[Symbol.asyncDispose]());
    const nothingLeft = (resource: typeof jobs | typeof configMaps, function_: string) =>
      eventually(`nothing is left of ${function_} in ${resource.plural}`, async () => {
        const labelSelector = `function=${function_}`;
        const { items } = await world.client.list(resource, { namespace: world.namespace, labelSelector });
        return items.length === 0;
      });

    test('a source becomes a build, an Image and a Service, and nothing of the build stays', async () => {
      await world.deploy('hello', { ...python('first'), timeout: '30', env: [{ name: 'A', value: '1' }] });
      const { metadata, status } = await world.until('hello', 'Ready');
      assert.deepEqual(metadata.finalizers, ['kubeless.io/function']);
      const [build] = status?.builds ?? [];
      assert.equal(status?.digest, build?.digest);
      assert.equal(
        build?.image,
        `docker://${world.registry.host}/functions/${world.namespace}/hello@${build?.digest}`,
      );
      const image = await world.image('hello');
      const spec = image.spec as { image: string; env: { name: string; value: string }[]; timeout: string };
      assert.deepEqual([spec.image, spec.timeout], [build?.image, '30']);
      const env = Object.fromEntries(spec.env.map(({ name: key, value }) => [key, value]));
      assert.deepEqual(env, { FUNC_TIMEOUT: '30', FUNC_MEMORY_LIMIT: '0', A: '1' });
      const [owner] = image.metadata.ownerReferences ?? [];
      assert.deepEqual([owner?.kind, owner?.uid, owner?.controller], ['Function', metadata.uid, true]);
      const service = await world.service('hello');
      assert.deepEqual(service.metadata.labels, { 'created-by': 'kubeless', function: 'hello' });
      const { args = [] } = world.builds('hello')[0]?.spec.containers[0] ?? {};
      assert.ok(args.includes('--env=MOD_NAME=hello') && args.includes('--env=FUNC_HANDLER=handler'));
      assert.ok(
        args.some((arg) => /^--runtime-image=docker:.*@sha256:/.test(arg)),
        args.join(' '),
      );
      await nothingLeft(jobs, 'hello');
      await nothingLeft(configMaps, 'hello');
      const events = await world.events('hello');
      assert.ok(events.includes('Ready') && events.includes('Building'), events.join());
    });

    test('an edit builds once, the version of before is served until then, and an edit back builds nothing', async () => {
      await world.deploy('edited', python('one'));
      const first = await world.until('edited', 'Ready');
      const release = Promise.withResolvers<undefined>();
      world.runner.behaviour = () => release.promise;
      await world.edit('edited', { function: 'two' });
      await world.until('edited', 'Building', /source is fetched/);
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

    test('a build that fails says why, and what is served stays', async () => {
      await world.deploy('broken', python('fine'));
      const fine = await world.until('broken', 'Ready');
      const failure = { container: 'prepare', exitCode: 2, message: 'unpacking\nchecksum differs' };
      world.runner.behaviour = (source) => Promise.resolve(source === 'broken' ? failure : undefined);
      await world.edit('broken', { function: 'broken' });
      const { status } = await world.until(
        'broken',
        'SourceFailed',
        /checksum differs\. The version of before/,
      );
      assert.equal(status?.log, 'unpacking\nchecksum differs');
      assert.equal((await world.image('broken')).spec?.['image' as never], fine.status?.image);
      await world.edit('broken', { function: 'mended' });
      const mended = await world.until('broken', 'Ready');
      assert.equal(mended.status?.log, undefined);
      assert.deepEqual(
        world.builds('broken').map(({ source }) => source),
        ['fine', 'broken', 'mended'],
      );
    });

    test('what may go better is tried again', async () => {
      const failure = { container: 'build', exitCode: 10, message: 'the registry is away' };
      world.runner.behaviour = (_, attempt) => Promise.resolve(attempt === 1 ? failure : undefined);
      await world.deploy('again', python('x'));
      await world.until('again', 'PushFailed', /tried again after a while/);
      await world.until('again', 'Ready');
      world.runner.behaviour = () => Promise.resolve(undefined);
      assert.equal(world.builds('again').length, 2);
    });

    test('a newer edit ends the build of the older one', async () => {
      const never = Promise.withResolvers<undefined>();
      world.runner.behaviour = (source) => (source === 'old' ? never.promise : Promise.resolve(undefined));
      await world.deploy('hasty', python('old'));
      await world.until('hasty', 'Building');
      await world.edit('hasty', { function: 'new' });
      const { status } = await world.until('hasty', 'Ready');
      assert.equal(status?.builds?.length, 1);
      never.resolve(undefined);
      await nothingLeft(jobs, 'hasty');
    });

    test('builds wait for their turn, in order', async () => {
      await world.configure({ 'build-concurrency': '1' });
      const release = Promise.withResolvers<undefined>();
      world.runner.behaviour = () => release.promise;
      await world.deploy('queue-a', python('a'));
      await world.until('queue-a', 'Building');
      await world.deploy('queue-b', python('b'));
      await world.until('queue-b', 'Queued');
      await world.deploy('queue-c', python('c'));
      await world.until('queue-c', 'Queued', /1 others? /);
      await world.delete('queue-b');
      release.resolve(undefined);
      await world.until('queue-a', 'Ready');
      await world.until('queue-c', 'Ready');
      await world.configure({});
    });

    test('dependencies are installed once, and shared after that', async () => {
      const deps = { deps: 'requests==2.0\n' };
      await world.deploy('deps-a', { ...python('a'), ...deps });
      await world.until('deps-a', 'Ready');
      await world.deploy('deps-b', { ...python('b'), ...deps });
      await world.until('deps-b', 'Ready');
      const steps = (name_: string) => world.builds(name_)[0]?.spec.initContainers.map((item) => item.name);
      assert.deepEqual(steps('deps-a'), ['prepare', 'install']);
      assert.deepEqual(steps('deps-b'), ['prepare']);
      const args = world.builds('deps-b')[0]?.spec.containers[0]?.args ?? [];
      assert.ok(args.some((arg) => arg.startsWith('--dependencies-image=docker://')));
    });

    test('an image of its own, as Kubeless and as we write it', async () => {
      await world.deploy('own', { image: `docker://${world.registry.host}/kontain/python3.11`, port: 9000 });
      const own = await world.until('own', 'Ready');
      assert.match(own.status?.digest ?? '', /^sha256:/);
      const container = {
        image: `${world.registry.host}/kontain/python3.11`,
        env: [{ name: 'A', value: 'b' }],
        resources: { limits: { memory: '64Mi', cpu: '0' } },
      };
      await world.deploy('kubeless', {
        deployment: { spec: { selector: null, template: { spec: { containers: [container] } } } },
        service: { ports: [{ name: 'web', port: 9091, targetPort: 9092 }] },
      });
      await world.until('kubeless', 'Ready');
      const spec = (await world.image('kubeless')).spec as { port: number; resources: object };
      assert.deepEqual([spec.port, spec.resources], [9092, { memory: '64Mi' }]);
      assert.equal(world.builds('own').length + world.builds('kubeless').length, 0);
    });

    test('what is not ours is never taken over', async () => {
      const metadata = { namespace: world.namespace, name: 'taken' };
      const spec = { ports: [{ port: 80 }], clusterIP: 'None' };
      await world.client.create(services, { apiVersion: 'v1', kind: 'Service', metadata, spec });
      await world.deploy('taken', python('x'));
      await world.until('taken', 'Conflict', /conflicting service object .*not this Function's/);
      const image = { apiVersion: 'build.kontain.app/v1', kind: 'Image', spec: { image: 'docker://a/b' } };
      await world.client.create(imageResource, { ...image, metadata: { ...metadata, name: 'theirs' } });
      await world.deploy('theirs', python('x'));
      await world.until('theirs', 'Conflict', /conflicting image object/);
      for (const name_ of ['taken', 'theirs']) {
        await world.delete(name_);
        await eventually('the Function is gone', () =>
          world.get(name_).then(
            () => false,
            () => true,
          ),
        );
      }
      assert.deepEqual((await world.image('theirs')).spec, { image: 'docker://a/b' });
      assert.equal((await world.service('taken')).metadata.labels, undefined);
    });

    test('mistakes are told, and corrected without a restart', async () => {
      await world.deploy('wrong', { runtime: 'ruby3.1', handler: 'a.b', function: 'x' });
      await world.until('wrong', 'UnknownRuntime', /Unable to find ruby3\.1.*python3\.11, nodejs24/);
      const runtime = { phase: 'runtime', image: `${world.registry.host}/kontain/ruby3.1` };
      const runtimes = [{ ID: 'ruby', versions: [{ version: '3.1', images: [runtime] }] }];
      await world.configure({ 'runtime-images': JSON.stringify(runtimes) });
      await world.until('wrong', 'UnknownRuntime', /image docker:.*ruby3\.1 does not exist/);
      await world.pushRuntime('ruby3.1');
      await world.until('wrong', 'Ready');
      await world.configure({ 'build-concurrency': 'many' });
      await world.edit('wrong', { handler: '' });
      await world.until('wrong', 'InvalidSpec', /spec\.handler/);
      await world.configure({});
      await world.until('wrong', 'InvalidSpec');
    });

    test('a Function that goes takes everything along, and its name can be used again at once', async () => {
      await world.deploy('gone', python('x'));
      const { status } = await world.until('gone', 'Ready');
      const digest = status?.digest ?? '';
      assert.ok(await world.hasImage('gone', digest));
      await world.delete('gone');
      await eventually('the name is free', () =>
        world.deploy('gone', python('y')).then(
          () => true,
          () => false,
        ),
      );
      await world.until('gone', 'Ready');
      assert.ok(!(await world.hasImage('gone', digest)));
      await world.delete('gone');
      await eventually('the Function is gone', () =>
        world.get('gone').then(
          () => false,
          () => true,
        ),
      );
      await assert.rejects(world.image('gone'), { httpStatus: 404 });
      await assert.rejects(world.service('gone'), { httpStatus: 404 });
      await nothingLeft(jobs, 'gone');
    });
  });
}
