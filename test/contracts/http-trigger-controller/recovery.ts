import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orUndefined } from '../../../src/kube/kube-error.ts';
import { ingresses } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { gone, to, type Current } from './current.ts';

/** What others do to it, and what happens while nobody looks. */
export function recoveryContract(current: Current): void {
  test('an Ingress that somebody edits or deletes comes back', async () => {
    const { world } = current();
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

  test('of two at once one works; the other follows when it is killed', async () => {
    const { world, leader, follow } = current();
    await world.deployImage('pair');
    const second = await world.start('http-trigger-controller');
    await world.create('pair-1', to('pair', { 'host-name': 'pair-1.example' }));
    await world.until('pair-1', 'Ready');
    await eventually('an event tells', async () => (await world.events('pair-1')).length > 0);
    assert.deepEqual(await world.events('pair-1'), ['Ready'], 'of one of them');
    process.kill(leader.pid, 'SIGKILL');
    follow(second);
    const before = await world.ingress('pair-1');
    await world.edit('pair-1', { spec: { path: 'moved' } });
    await world.create('pair-2', to('pair', { 'host-name': 'pair-2.example' }));
    await world.until('pair-2', 'Ready');
    await world.untilRoutes('pair', ['pair-1.example/moved', 'pair-2.example/']);
    assert.equal((await world.ingress('pair-1'))?.metadata.uid, before?.metadata.uid);
  });

  test('what happens while no controller runs is made good by the next, however the last one ended', async () => {
    const { world, leader } = current();
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
    await gone(world, 'gap-1');
    await eventually(
      'the trigger is gone',
      async () => (await orUndefined(world.get('gap-1'))) === undefined,
    );
  });
}
