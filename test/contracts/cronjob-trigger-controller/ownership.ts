import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronJobs } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { schedule, to, type Current } from './current.ts';

/** What is its own, and what is not. */
export function ownershipContract(current: Current): void {
  test('what somebody edits or deletes is put right', async () => {
    const { world, triggers } = current();
    await triggers.create('kept', to('hello'));
    await triggers.until('kept', 'Ready');
    const ref = { namespace: world.namespace, name: 'kept' };
    const change = {
      metadata: { labels: null, annotations: null },
      spec: { schedule: '* * * * *', timeZone: 'Etc/UTC' },
    };
    await world.client.mergePatch(cronJobs, ref, change);
    await triggers.untilSpec(
      'kept',
      ({ schedule: now, timeZone }) => now === schedule && timeZone === undefined,
    );
    const before = await triggers.cronJob('kept');
    assert.equal(before?.metadata.labels?.['created-by'], 'kubeless');
    await world.client.delete(cronJobs, ref);
    await eventually('it is back', async () => {
      const uid = (await triggers.cronJob('kept'))?.metadata.uid;
      return uid !== undefined && uid !== before?.metadata.uid;
    });
  });

  test('a CronJob of somebody else is never taken over', async () => {
    const { world, triggers } = current();
    const { namespace } = world;
    const container = { name: 'a', image: 'a.example/b' };
    const jobTemplate = {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    };
    const theirs = { metadata: { namespace, name: 'taken' }, spec: { schedule, jobTemplate } };
    await world.client.create(cronJobs, { apiVersion: 'batch/v1', kind: 'CronJob', ...theirs });
    await triggers.create('taken', to('hello'));
    await triggers.until('taken', 'Conflict', /conflicting cronjob object .*not this CronJobTrigger's/);
    await triggers.delete('taken');
    await eventually('the trigger is gone', async () => (await triggers.get('taken')) === undefined);
    assert.equal((await triggers.cronJob('taken'))?.metadata.ownerReferences, undefined);
  });

  test('what Kubeless made of a trigger goes: it would call the function a second time', async () => {
    const { world, triggers } = current();
    await triggers.create('moved', to('hello', { suspend: true }));
    const { metadata } = await triggers.until('moved', 'Suspended');
    const owner = {
      apiVersion: 'kubeless.io/v1beta1',
      kind: 'Trigger',
      name: 'moved',
      uid: metadata.uid ?? '',
    };
    const container = { name: 'trigger', image: 'kubeless/unzip' };
    const jobTemplate = {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    };
    const labels = { 'created-by': 'kubeless' };
    const old = { namespace: world.namespace, name: 'trigger-hello', labels, ownerReferences: [owner] };
    await world.client.create(cronJobs, { metadata: old, spec: { schedule, jobTemplate } });
    await triggers.edit('moved', { spec: { suspend: false } });
    await triggers.gone('trigger-hello');
  });

  test('two triggers of one function, and names that are too long for a CronJob, do not meet', async () => {
    const { world, triggers } = current();
    const long = `${'a'.repeat(60)}-one`;
    const other = `${'a'.repeat(60)}-two`;
    for (const each of [long, other]) await triggers.create(each, to('hello'));
    for (const each of [long, other]) await triggers.until(each, 'Ready');
    const { items } = await world.client.list(cronJobs, { namespace: world.namespace });
    const owners = items
      .filter(({ metadata }) => metadata.name?.startsWith('aaa'))
      .map(({ metadata }) => metadata);
    const named = new Set(owners.map(({ ownerReferences }) => ownerReferences?.[0]?.name));
    assert.deepEqual(named, new Set([long, other]));
    assert.ok(owners.every(({ name: cronJobName = '' }) => cronJobName.length === 52));
  });
}
