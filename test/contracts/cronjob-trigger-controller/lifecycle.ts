import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { payloadOf, schedule, to, type Current } from './current.ts';

/** Triggers, functions and controllers come and go. */
export function lifecycleContract(current: Current): void {
  test('without its Function it says so and calls nothing; with it all is well again', async () => {
    const { world, triggers } = current();
    await triggers.create('early', to('late'));
    await triggers.until('early', 'FunctionNotFound', /There is no Function late in namespace/);
    assert.equal(await triggers.cronJob('early'), undefined);
    await world.deployFunction('late');
    await triggers.until('early', 'Ready');
    await world.deleteFunction('late');
    await triggers.until('early', 'FunctionNotFound');
    await triggers.gone('early');
    await triggers.edit('early', { spec: { 'function-name': 'hello' } });
    await triggers.until('early', 'Ready');
  });

  test('mistakes are told', async () => {
    const { triggers } = current();
    await triggers.create('wrong', to('hello', { schedule: '30-10 * * * *' }));
    await triggers.until('wrong', 'InvalidSpec', /spec\.schedule: beginning of range \(30\) beyond end/);
    await triggers.edit('wrong', { spec: { schedule, timeZone: 'Mars/Olympus' } });
    await triggers.until('wrong', 'InvalidSpec', /timeZone/);
    await triggers.edit('wrong', { spec: { timeZone: 'Etc/UTC' } });
    await triggers.until('wrong', 'Ready');
  });

  test('a trigger that goes takes everything along, and its name can be used again at once', async () => {
    const { world, triggers } = current();
    await triggers.create('gone', to('hello', { payload: 'x'.repeat(20_000) }));
    await triggers.until('gone', 'Ready');
    await triggers.delete('gone');
    const again = () =>
      triggers
        .create('gone', to('hello'))
        .then(() => true)
        .catch(() => false);
    await eventually('the name is free', again);
    const { metadata } = await triggers.until('gone', 'Ready');
    const cronJob = await triggers.cronJob('gone');
    assert.equal(cronJob?.metadata.ownerReferences?.[0]?.uid, metadata.uid);
    await eventually(
      'the payload of before is gone',
      async () => (await payloadOf(world, 'gone')) === undefined,
    );
    await triggers.delete('gone');
    await triggers.gone('gone');
  });

  test('a controller that is killed is followed by the other', async () => {
    const { world, triggers, leader } = current();
    await world.start('cronjob-trigger-controller');
    process.kill(leader.pid, 'SIGKILL');
    await triggers.create('survivor', to('hello'));
    await triggers.until('survivor', 'Ready');
  });
}
