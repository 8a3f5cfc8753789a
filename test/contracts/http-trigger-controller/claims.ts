import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageResource } from '../../../src/api/image.ts';
import { eventually, nextSecond } from '../../helpers/eventually.ts';
import { to, type Current } from './current.ts';

/** Whose a host and a path are. */
export function claimsContract(current: Current): void {
  test('what another trigger has is refused, with the reason, until that one goes', async () => {
    const { world } = current();
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
    const { world } = current();
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
    const other = { namespace: world.other };
    await world.deployImage('stranger-below', {}, world.other);
    const below = to('stranger-below', { 'host-name': `*.${namespace}` });
    await world.create('steal-all', below, other);
    const message = new RegExp(`of all functions of namespace ${namespace}`);
    await world.until('steal-all', 'Conflict', { ...other, message });
  });

  test('the host at which all functions have their paths is no trigger’s', async () => {
    const { world } = current();
    await world.deployImage('greedy');
    await world.create('greedy', to('greedy', { 'host-name': 'faas.example' }));
    await world.until('greedy', 'Ready');
    await world.configure({ 'functions-url': 'http://faas.example:8080' });
    await world.until('greedy', 'Conflict', { message: /Host faas\.example is where all functions have/ });
    await world.untilRoutes('greedy', []);
    await world.configure({});
    await world.until('greedy', 'Ready');
  });
}
