import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { functionResource } from '../../../src/api/function.ts';
import { orUndefined } from '../../../src/kube/kube-error.ts';
import { ingresses } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { gone, to, type Current } from './current.ts';

/** What is missing or wrong is said, and mends. */
export function problemsContract(current: Current): void {
  test('a function that is missing: said, and mended when it comes, goes and comes again', async () => {
    const { world } = current();
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
      await gone(world, 'early');
    }
  });

  test('a Secret that is missing closes that route only, and mends when it comes', async () => {
    const { world } = current();
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
    const { world } = current();
    await world.deployImage('odd');
    await world.create('odd', to('odd', { tls: true }));
    await world.until('odd', 'InvalidSpec', { message: /write spec\.host-name too/ });
    await world.create('reserved', to('odd', { path: 'metrics' }));
    await world.until('reserved', 'Conflict', { message: /data plane's own/ });
  });

  test('an Ingress of somebody else is not touched', async () => {
    const { world } = current();
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
}
