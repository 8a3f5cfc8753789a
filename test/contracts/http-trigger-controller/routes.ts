import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { functionResource } from '../../../src/api/function.ts';
import { imageResource } from '../../../src/api/image.ts';
import { orUndefined } from '../../../src/kube/kube-error.ts';
import { services } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { gone, to, type Current } from './current.ts';

/** What a trigger becomes, and how it follows its trigger and its function. */
export function routesContract(current: Current): void {
  test('a trigger becomes an Ingress, and a route of the Image of its function', async () => {
    const { world } = current();
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
    const { world } = current();
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
    const { world } = current();
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
    await gone(world, 'alone-1');
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

  test('function-controller leaves the routes alone', async () => {
    const { world } = current();
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
    const { world } = current();
    await world.deployImage('from');
    await world.deployImage('into');
    await world.create('moved', to('from', { 'host-name': 'moved.example' }));
    await world.untilRoutes('from', ['moved.example/']);
    await world.edit('moved', { spec: to('into') });
    await world.untilRoutes('into', ['moved.example/']);
    await world.untilRoutes('from', []);
  });
}
