import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { imageResource } from '../../src/api/image.ts';
import { jobs, services } from '../../src/kube/workload-resources.ts';
import { configMaps, secrets } from '../../src/kube/builtin-resources.ts';
import { eventually } from '../helpers/eventually.ts';
import { FunctionWorld, type WorldOptions } from '../helpers/function-world.ts';

const python = (text: string) => ({ runtime: 'python3.11', handler: 'hello.handler', function: text });

/** From a Function to its build, Image and Service, on an API server with a registry, a node and Jobs that run. */
export function functionControllerContract(name: string, options: WorldOptions): void {
  suite(`function-controller: ${name}`, () => {
    let world: FunctionWorld;
    before(async () => {
      world = await FunctionWorld.open(options);
      world.leader = await world.startController();
    });
    after(() => world[Symbol.asyncDispose]());
    const nothingLeft = (resource: typeof jobs | typeof configMaps, owner: string) =>
      eventually(`nothing is left of ${owner} in ${resource.plural}`, async () => {
        const labelSelector = `function=${owner}`;
        const { items } = await world.client.list(resource, { namespace: world.namespace, labelSelector });
        return items.length === 0;
      });

    test('a source becomes a build, and nothing of it stays but the image', async () => {
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
      await nothingLeft(jobs, 'hello');
      await nothingLeft(configMaps, 'hello');
      // Events are written behind the status, not with it, and their times are in whole seconds: no order is promised.
      for (const reason of ['Building', 'Ready'])
        await eventually(`the event ${reason}`, async () => (await world.events('hello')).includes(reason));
    });

    test('a build is served by an Image and a Service of the same name, which are its own', async () => {
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
      await world.until('queue-c', 'Queued', /: 1 before it/);
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
      const steps = (each: string) => world.builds(each)[0]?.spec.initContainers?.map((item) => item.name);
      assert.deepEqual(steps('deps-a'), ['prepare', 'install', 'check']);
      assert.deepEqual(steps('deps-b'), ['fetch', 'check']);
      assert.match(world.buildArgs('deps-b'), /--dependencies-image=docker:/);
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

    test('a source on an image of one’s own, as Kubeless writes it', async () => {
      await world.pushRuntime('own-base');
      const container = { image: `${world.registry.host}/kontain/own-base` };
      const deployment = { spec: { template: { spec: { containers: [container] } } } };
      await world.deploy('on-own', { ...python('x'), deployment });
      await world.until('on-own', 'Ready');
      assert.match(world.buildArgs('on-own'), /--runtime-image=docker:\S*\/own-base@sha256:/);
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
      for (const each of ['taken', 'theirs']) {
        await world.delete(each);
        await eventually('the Function is gone', () =>
          world.get(each).then(
            () => false,
            () => true,
          ),
        );
      }
      assert.deepEqual((await world.image('theirs')).spec, { image: 'docker://a/b' });
      assert.equal((await world.service('taken')).metadata.labels, undefined);
    });

    test('mistakes are told, and corrected without a restart', async () => {
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

    test('without a registry nothing is built; credentials of the namespace bring one', async () => {
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
      const ref = { namespace: world.namespace, name: 'kubeless-registry-credentials' };
      await world.client.delete(secrets, ref);
      await world.configure({});
    });

    test('a build that the registry has lost is made again', async () => {
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

    test('what somebody deletes or edits comes back', async () => {
      await world.deploy('kept', python('x'));
      const { status } = await world.until('kept', 'Ready');
      const ref = { namespace: world.namespace, name: 'kept' };
      const never = Promise.withResolvers<undefined>();
      world.runner.behaviour = () => never.promise;
      await world.edit('kept', { function: 'y' });
      await world.until('kept', 'Building');
      await world.client.delete(imageResource, ref);
      await world.client.mergePatch(services, ref, { spec: { ports: [{ port: 1, name: 'other' }] } });
      const image = () => world.image('kept').catch(() => undefined);
      await eventually('the Image of before is back', async () => {
        return ((await image())?.spec as { image?: string } | undefined)?.image === status?.image;
      });
      await eventually('the Service is as it was', async () => {
        const { spec } = (await world.service('kept')) as { spec?: { ports: { port: number }[] } };
        return spec?.ports[0]?.port === 8080;
      });
      world.runner.behaviour = () => Promise.resolve(undefined);
      await world.delete('kept');
      never.resolve(undefined);
    });

    test('a controller that is killed in the middle is followed by the other', async () => {
      const release = Promise.withResolvers<undefined>();
      world.runner.behaviour = () => release.promise;
      await world.deploy('survivor', python('x'));
      await world.until('survivor', 'Building');
      await world.startController();
      process.kill(world.leader.pid, 'SIGKILL');
      release.resolve(undefined);
      await world.until('survivor', 'Ready');
      world.runner.behaviour = () => Promise.resolve(undefined);
      assert.equal(world.builds('survivor').length, 1);
      await nothingLeft(jobs, 'survivor');
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
