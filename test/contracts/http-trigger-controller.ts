import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { functionResource } from '../../src/api/function.ts';
import { imageResource } from '../../src/api/image.ts';
import { orUndefined } from '../../src/kube/kube-error.ts';
import { ingresses, services } from '../../src/kube/workload-resources.ts';
import { eventually, nextSecond } from '../helpers/eventually.ts';
import type { RunningProgram } from '../helpers/program.ts';
import { TriggerWorld } from '../helpers/trigger-world.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

const to = (functionName: string, more: object = {}) => ({ 'function-name': functionName, ...more });

/** From an HTTPTrigger to the routes of an Image and an Ingress, on an API server with a node. */
export function httpTriggerControllerContract(name: string, start: StartTarget): void {
  suite(`http-trigger-controller: ${name}`, () => {
    let world: TriggerWorld;
    let leader: RunningProgram;
    before(async () => {
      world = await TriggerWorld.open(start);
      leader = await world.start('http-trigger-controller');
    });
    after(() => world[Symbol.asyncDispose]());
    const gone = (what: string) =>
      eventually(`Ingress ${what} is gone`, async () => (await world.ingress(what)) === undefined);

    test('a trigger becomes an Ingress, and a route of the Image of its function', async () => {
      await world.deployFunction('hello');
      const metadata = { labels: { team: 'a' }, annotations: { 'example.com/note': 'x' } };
      await world.create(
        'hello',
        to('hello', { 'host-name': 'hello.example', path: 'api', gateway: 'nginx' }),
        { metadata },
      );
      const trigger = await world.until('hello', 'Ready');
      assert.deepEqual(trigger.metadata.finalizers, ['kubeless.io/httptrigger']);
      assert.equal(trigger.status?.url, 'http://hello.example/api');
      const ingress = await world.ingress('hello');
      const backend = { service: { name: 'hello', port: { number: 8080 } } };
      assert.deepEqual(ingress?.spec, {
        ingressClassName: 'nginx',
        rules: [{ host: 'hello.example', http: { paths: [{ path: '/api', pathType: 'Prefix', backend }] } }],
      });
      assert.deepEqual(ingress.metadata.labels, { team: 'a', 'created-by': 'kubeless' });
      assert.equal(ingress.metadata.annotations?.['example.com/note'], 'x');
      const [owner] = ingress.metadata.ownerReferences ?? [];
      assert.deepEqual([owner?.kind, owner?.uid], ['HTTPTrigger', trigger.metadata.uid]);
      assert.deepEqual(await world.routes('hello'), [
        { host: 'hello.example', path: '/api', cors: false, trigger: 'hello' },
      ]);
      await eventually('the event', async () => (await world.events('hello')).includes('Ready'));
    });

    test('an edit changes both, and what is taken out goes', async () => {
      await world.deployImage('edited');
      await world.writeSecret('edited-users', { auth: `me:${hashSync('secret', 4)}` });
      const host = { 'host-name': 'edited.example' };
      await world.create(
        'edited',
        to('edited', { ...host, gateway: 'nginx', 'cors-enable': true, 'basic-auth-secret': 'edited-users' }),
      );
      await world.until('edited', 'Ready');
      const before = (await world.ingress('edited'))?.metadata.annotations ?? {};
      assert.equal(before['nginx.ingress.kubernetes.io/enable-cors'], 'true');
      assert.equal(before['nginx.ingress.kubernetes.io/auth-secret'], 'edited-users');
      assert.equal(before['nginx.ingress.kubernetes.io/auth-type'], 'basic');
      await world.edit('edited', {
        spec: { gateway: 'kong', path: 'new', 'cors-enable': false, 'basic-auth-secret': '', tls: true },
      });
      await world.until('edited', 'SecretNotFound', { message: /edited-tls does not exist.*HTTPS/ });
      const changed = await world.ingress('edited');
      const { 'kontain.app/last-applied': _, ...annotations } = changed?.metadata.annotations ?? {};
      assert.deepEqual(annotations, {
        'kubernetes.io/tls-acme': 'true',
        'nginx.ingress.kubernetes.io/ssl-redirect': 'true',
      });
      const spec: { ingressClassName?: string; tls?: object[] } | undefined = changed?.spec;
      assert.equal(spec?.ingressClassName, 'kong');
      assert.deepEqual(spec.tls, [{ hosts: ['edited.example'], secretName: 'edited-tls' }]);
      const route = {
        host: 'edited.example',
        path: '/new',
        cors: false,
        tlsSecret: 'edited-tls',
        trigger: 'edited',
      };
      assert.deepEqual(await world.routes('edited'), [route]);
    });

    test('an Image that stands alone gets a Service, and keeps what its author wrote', async () => {
      const own = { host: 'by-hand.example' };
      await world.deployImage('alone', { routes: [own], timeout: 7 });
      await world.create('alone-1', to('alone', { 'host-name': 'one.example' }));
      await world.create('alone-2', to('alone', { 'host-name': 'two.example' }));
      await world.untilRoutes('alone', ['by-hand.example', 'one.example/', 'two.example/']);
      await world.until('alone-1', 'Ready');
      const service = await world.client.get(services, { namespace: world.namespace, name: 'alone' });
      const externalName = `kontain-faas-server.${world.platform}.svc.cluster.local`;
      assert.equal((service.spec as { externalName?: string }).externalName, externalName);
      assert.equal(service.metadata.ownerReferences?.[0]?.kind, 'Image');
      await world.delete('alone-1');
      await world.untilRoutes('alone', ['by-hand.example', 'two.example/']);
      await gone('alone-1');
      await world.client.mergePatch(
        imageResource,
        { namespace: world.namespace, name: 'alone' },
        { spec: { routes: null } },
      );
      await world.untilRoutes('alone', ['two.example/']);
      await world.delete('alone-2');
      await world.untilRoutes('alone', []);
      assert.deepEqual((await world.storedImage('alone')).spec, { image: world.image, timeout: 7 });
      await eventually(
        'the trigger is gone',
        async () => (await orUndefined(world.get('alone-2'))) === undefined,
      );
    });

    test('a function that is missing: said, and mended when it comes, goes and comes again', async () => {
      await world.create('early', to('late', { 'host-name': 'late.example' }));
      await world.until('early', 'FunctionNotFound', { message: /There is no function late/ });
      assert.equal(await world.ingress('early'), undefined);
      for (const round of [1, 2]) {
        await world.deployFunction('late');
        const { status } = await world.until('early', 'Ready');
        assert.equal(status?.url, 'http://late.example/', `round ${round}`);
        assert.ok(await world.ingress('early'));
        await world.client.delete(functionResource, { namespace: world.namespace, name: 'late' });
        await world.until('early', 'FunctionNotFound');
        await gone('early');
      }
    });

    test('function-controller leaves the routes alone', async () => {
      await world.deployFunction('kept');
      await world.create('kept', to('kept', { 'host-name': 'kept.example' }));
      await world.until('kept', 'Ready');
      const ref = { namespace: world.namespace, name: 'kept' };
      await world.client.mergePatch(functionResource, ref, { spec: { timeout: '9' } });
      await eventually('the Image follows', async () => {
        const { spec } = (await world.storedImage('kept')) as { spec?: { timeout?: string } };
        return spec?.timeout === '9';
      });
      await world.untilRoutes('kept', ['kept.example/']);
      await world.until('kept', 'Ready');
    });

    test('a trigger that leads to another function takes its route along', async () => {
      await world.deployImage('from');
      await world.deployImage('into');
      await world.create('moved', to('from', { 'host-name': 'moved.example' }));
      await world.untilRoutes('from', ['moved.example/']);
      await world.edit('moved', { spec: to('into') });
      await world.untilRoutes('into', ['moved.example/']);
      await world.untilRoutes('from', []);
    });

    test('what another trigger has is refused, with the reason, until that one goes', async () => {
      for (const each of ['first', 'second', 'third']) await world.deployImage(each);
      await world.deployImage('stranger', {}, world.other);
      const host = { 'host-name': 'taken.example' };
      await world.create('taken-1', to('first', host));
      await world.until('taken-1', 'Ready');
      await nextSecond();
      await world.create('taken-2', to('second', host));
      await world.create('taken-3', to('third', { ...host, path: '/below' }));
      await nextSecond();
      await world.create('taken-4', to('stranger', { ...host, path: '/other' }), { namespace: world.other });
      await world.until('taken-2', 'Conflict', {
        message: /taken\.example with path \/ is taken by HTTPTrigger .*\/taken-1/,
      });
      await world.until('taken-3', 'Ready');
      await world.until('taken-4', 'Conflict', { namespace: world.other, message: /belongs to namespace/ });
      assert.equal(await world.ingress('taken-2'), undefined);
      await eventually('the event', async () => (await world.events('taken-2')).includes('Conflict'));
      await world.configure({ 'shared-hosts': 'taken.example' });
      await world.until('taken-4', 'Ready', { namespace: world.other });
      await world.configure({});
      await world.until('taken-4', 'Conflict', { namespace: world.other });
      await world.delete('taken-1');
      await world.until('taken-2', 'Ready');
      await world.untilRoutes('second', ['taken.example/']);
      await world.delete('taken-2');
      await world.delete('taken-3');
      await world.until('taken-4', 'Ready', { namespace: world.other });
    });

    test('own hosts and paths of functions are theirs, also of those that come later', async () => {
      const { namespace } = world;
      await world.deployImage('thief');
      await world.deployImage('victim');
      const claims: Record<string, object> = {
        'steal-host': { 'host-name': `victim.${namespace}.svc.cluster.local` },
        'steal-path': { path: `${namespace}/victim/x` },
        'steal-encoded': { path: `${namespace}/v%69ctim` },
      };
      for (const [trigger, spec] of Object.entries(claims)) await world.create(trigger, to('thief', spec));
      for (const trigger of Object.keys(claims))
        await world.until(trigger, 'Conflict', {
          message: new RegExp(`belongs to function ${namespace}/victim`),
        });
      await world.create('future', to('thief', { 'host-name': `unborn.${namespace}` }));
      await world.until('future', 'Ready');
      await world.deployImage('unborn');
      await world.until('future', 'Conflict');
      await world.untilRoutes('thief', []);
      await world.client.delete(imageResource, { namespace, name: 'unborn' });
      await world.until('future', 'Ready');
    });

    test('a Secret that is missing closes that route only, and mends when it comes', async () => {
      await world.deployImage('guarded');
      await world.create(
        'guarded',
        to('guarded', { 'host-name': 'guarded.example', 'basic-auth-secret': 'later' }),
      );
      await world.create('open', to('guarded', { 'host-name': 'open.example' }));
      await world.until('guarded', 'SecretNotFound', { message: /Secret later does not exist.*closed/ });
      await world.until('open', 'Ready');
      await world.writeSecret('later', { auth: 'me:plain' });
      await world.until('guarded', 'InvalidSecret', { message: /names nobody.*htpasswd -B/ });
      await world.writeSecret('later', { auth: `me:${hashSync('secret', 4)}` });
      await world.until('guarded', 'Ready');
    });

    test('what cannot be is said', async () => {
      await world.deployImage('odd');
      await world.create('odd', to('odd', { tls: true }));
      await world.until('odd', 'InvalidSpec', { message: /write spec\.host-name too/ });
      await world.create('reserved', to('odd', { path: 'metrics' }));
      await world.until('reserved', 'Conflict', { message: /data plane's own/ });
    });

    test('an Ingress of somebody else is not touched', async () => {
      await world.deployImage('foreign');
      const backend = { service: { name: 'x', port: { number: 1 } } };
      const spec = {
        rules: [{ host: 'x.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      };
      const metadata = { namespace: world.namespace, name: 'foreign' };
      await world.client.create(ingresses, {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata,
        spec,
      });
      await world.create('foreign', to('foreign', { 'host-name': 'foreign.example' }));
      await world.until('foreign', 'Conflict', { message: /conflicting ingress object/ });
      assert.deepEqual((await world.ingress('foreign'))?.spec, spec);
      await world.delete('foreign');
      await eventually(
        'the trigger is gone',
        async () => (await orUndefined(world.get('foreign'))) === undefined,
      );
      assert.ok(await world.ingress('foreign'));
    });

    test('an Ingress that somebody edits or deletes comes back', async () => {
      await world.deployImage('mended');
      await world.create('mended', to('mended', { 'host-name': 'mended.example' }));
      await world.until('mended', 'Ready');
      const ref = { namespace: world.namespace, name: 'mended' };
      const hostOf = async (): Promise<string | undefined> => {
        const { rules } = ((await world.ingress('mended'))?.spec ?? {}) as { rules?: { host?: string }[] };
        return rules?.[0]?.host;
      };
      await world.client.delete(ingresses, ref);
      await eventually('it is made again', async () => (await hostOf()) === 'mended.example');
      await world.client.mergePatch(ingresses, ref, { spec: { rules: [{ host: 'evil.example' }] } });
      await eventually('it is mended', async () => (await hostOf()) === 'mended.example');
    });

    test('what happens while no controller runs is made good by the next, however the last one ended', async () => {
      await world.deployImage('gap');
      await world.create('gap-1', to('gap', { 'host-name': 'gap-1.example' }));
      await world.create('gap-2', to('gap', { 'host-name': 'gap-2.example' }));
      await world.untilRoutes('gap', ['gap-1.example/', 'gap-2.example/']);
      process.kill(leader.pid, 'SIGKILL');
      await world.delete('gap-1');
      await world.edit('gap-2', { spec: { path: 'moved' } });
      await world.create('gap-3', to('gap', { 'host-name': 'gap-1.example' }));
      await world.start('http-trigger-controller');
      await world.untilRoutes('gap', ['gap-2.example/moved', 'gap-1.example/']);
      await world.until('gap-3', 'Ready');
      await gone('gap-1');
      await eventually(
        'the trigger is gone',
        async () => (await orUndefined(world.get('gap-1'))) === undefined,
      );
    });
  });
}
