import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { coreEvents, namespaces } from '../../../src/kube/builtin-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { type Bench, python } from './bench.ts';

const defaults = {
  spec: {
    template: {
      spec: {
        containers: [
          { env: [{ name: 'REGION', value: 'north' }], resources: { limits: { memory: '96Mi' } } },
        ],
      },
    },
  },
};

/** What the operator writes in kubeless-config, and who it concerns. */
export function configurationContract(bench: Bench): void {
  test('the deployment of the configuration is below each function’s own, from the moment it is written', async () => {
    const { world } = bench;
    await world.deploy('configured', { ...python('x'), env: [{ name: 'OWN', value: '1' }] });
    await world.until('configured', 'Ready');
    const variables = async () =>
      Object.fromEntries(
        ((await world.image('configured')).spec as { env: { name: string; value: string }[] }).env.map(
          ({ name, value }) => [name, value],
        ),
      );
    const before = await variables();
    await world.configure({ deployment: JSON.stringify(defaults) });
    const wanted = { ...before, REGION: 'north', FUNC_MEMORY_LIMIT: '96Mi' };
    await eventually('the default is in effect', async () => {
      const now = await variables();
      return Object.entries(wanted).every(([key, value]) => now[key] === value);
    });
    await world.configure({});
    await eventually('it is gone', async () => (await variables())['REGION'] === undefined);
    assert.deepEqual(await variables(), before);
  });

  test('a key that nothing reads is told at the ConfigMap, once for each change', async () => {
    const { world } = bench;
    const fieldSelector = 'involvedObject.kind=ConfigMap';
    const told = async () => {
      const { items } = await world.client.list(coreEvents, { namespace: world.platform, fieldSelector });
      return items.map(({ reason, message, count }) => `${reason} ${count} ${message}`);
    };
    await world.configure({ 'build-timout': '5m' });
    const once =
      'UnknownKey 1 build-timout is no key of kubeless-config and has no effect: did you mean build-timeout?';
    await eventually('it is told', async () => (await told()).length > 0);
    await world.configure({});
    await world.configure({ 'shared-host': 'a.example.com' });
    await eventually('the other one is told', async () => (await told()).length > 1);
    const other =
      'UnknownKey 1 shared-host is no key of kubeless-config and has no effect: did you mean shared-hosts?';
    assert.deepEqual((await told()).sort(), [once, other]);
    await world.configure({});
  });

  test('with functions-namespace only that namespace is looked after', async () => {
    const { world } = bench;
    const other = `${world.namespace}-other`;
    await world.client.create(namespaces, { metadata: { name: other } });
    await world.leader[Symbol.asyncDispose]();
    await world.configure({ 'functions-namespace': world.namespace });
    world.leader = await world.startController();
    const outside = { namespace: other, name: 'outside' };
    await world.client.create(functionResource, {
      apiVersion: 'kubeless.io/v1beta1',
      kind: 'Function',
      metadata: outside,
      spec: python('x'),
    });
    await world.deploy('inside', python('x'));
    await world.until('inside', 'Ready');
    const untouched = await world.client.get(functionResource, outside);
    assert.deepEqual([untouched.status, untouched.metadata.finalizers], [undefined, undefined]);
    await world.leader[Symbol.asyncDispose]();
    await world.configure({});
    world.leader = await world.startController();
    await eventually(
      'without it all are',
      async () => (await world.client.get(functionResource, outside)).status?.conditions !== undefined,
    );
    await world.client.delete(namespaces, { name: other });
  });
}
