import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionResource } from '../../../src/api/function.ts';
import { cronJobs } from '../../../src/kube/workload-resources.ts';
import { eventually } from '../../helpers/eventually.ts';
import { schedule, to, type Current } from './current.ts';

/** What a trigger becomes, and whom it follows. */
export function cronJobsContract(current: Current): void {
  test('a trigger becomes a CronJob of its name that calls the function by its host', async () => {
    const { world, triggers } = current();
    const metadata = { labels: { from: 'trigger' }, annotations: { note: 'trigger' } };
    await triggers.create('least', to('hello'), metadata);
    const trigger = await triggers.until('least', 'Ready', /Calls hello: 0 0 1 1 \*\./);
    assert.deepEqual(trigger.metadata.finalizers, ['kubeless.io/cronjobtrigger']);
    const cronJob = await triggers.cronJob('least');
    const { jobTemplate, ...spec } = cronJob?.spec ?? {};
    assert.ok(jobTemplate !== undefined);
    assert.deepEqual(spec, {
      schedule,
      suspend: false,
      concurrencyPolicy: 'Allow',
      startingDeadlineSeconds: 120,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    const labels = {
      team: 'a',
      from: 'trigger',
      'created-by': 'kubeless',
      'kubeless.io/cronjobtrigger': 'least',
    };
    assert.deepEqual(cronJob?.metadata.labels, { ...labels, function: 'hello' });
    const { note, own } = cronJob.metadata.annotations ?? {};
    assert.deepEqual([note, own], ['trigger', '1']);
    const owner = { apiVersion: 'kubeless.io/v1beta1', kind: 'CronJobTrigger', name: 'least' };
    const { uid } = trigger.metadata;
    assert.deepEqual(cronJob.metadata.ownerReferences, [
      { ...owner, uid, controller: true, blockOwnerDeletion: true },
    ]);
    const template = await triggers.template('least');
    assert.deepEqual([template.spec.backoffLimit, template.spec.activeDeadlineSeconds], [0, 180]);
    // No selector of a Service finds the pods of runs.
    assert.deepEqual(template.spec.template.metadata.labels, labels);
    assert.deepEqual(await triggers.args('least'), [
      `--url=http://kontain-faas-server.${world.platform}.svc.cluster.local:8080`,
      `--host=hello.${world.namespace}.svc.cluster.local`,
      '--event-namespace=cronjobtrigger.kubeless.io',
      '--timeout-seconds=180',
    ]);
    await eventually('the event', async () => (await triggers.events('least')).includes('Ready'));
  });

  test('a schedule that is never due, or more often than runs can be, is told', async () => {
    const { triggers } = current();
    await triggers.create('never', { schedule: '0 0 30 2 *', 'function-name': 'hello' });
    await triggers.until('never', 'NeverDue', /^Never calls hello: no month that 0 0 30 2 \* names/);
    await triggers.create('often', {
      schedule: '@every 10s',
      'function-name': 'hello',
      startingDeadlineSeconds: 1,
    });
    await triggers.until('often', 'Ready', /Calls hello: @every 10s, once a minute at most\./);
    for (const name of ['never', 'often']) await triggers.delete(name);
  });

  test('every field counts, and what is taken out of the trigger goes', async () => {
    const { triggers } = current();
    const payload = { a: '$(id)\'";$$' };
    const all = {
      payload,
      timeZone: 'Europe/Berlin',
      headers: [{ name: 'X-Tenant', value: '$(HOME) a' }],
      timeout: '90s',
      suspend: true,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 5,
      backoffLimit: 2,
    };
    await triggers.create('all', to('hello', all));
    await triggers.until('all', 'Suspended');
    const { jobTemplate: _, ...spec } = (await triggers.cronJob('all'))?.spec ?? {};
    const { payload: _p, headers: _h, timeout: _t, backoffLimit: _b, ...copied } = all;
    assert.deepEqual(spec, { ...copied, schedule });
    const template = await triggers.template('all');
    assert.deepEqual([template.spec.backoffLimit, template.spec.activeDeadlineSeconds], [2, 90]);
    // A pod reads $$ as $, and expands nothing.
    assert.deepEqual((await triggers.args('all')).slice(3), [
      '--timeout-seconds=90',
      '--header=X-Tenant: $$(HOME) a',
      `--payload=${JSON.stringify(payload).replaceAll('$', '$$$$')}`,
    ]);
    const none = Object.fromEntries(Object.keys(all).map((field) => [field, null]));
    await triggers.edit('all', { spec: { ...none, schedule: '@every 2h' } });
    await triggers.until('all', 'Ready', /@every 2h/);
    const { jobTemplate: __, ...after } = (await triggers.cronJob('all'))?.spec ?? {};
    assert.deepEqual(after, {
      schedule: '@every 2h',
      suspend: false,
      concurrencyPolicy: 'Allow',
      // Kubernetes would never run an interval within a shorter deadline.
      startingDeadlineSeconds: 7320,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    assert.equal((await triggers.args('all')).length, 4);
  });

  test('what the function and the configuration say reaches the CronJob', async () => {
    const { world, triggers } = current();
    await world.deployFunction('followed', { spec: { timeout: '30' } });
    await triggers.create('followed', to('followed'));
    await triggers.until('followed', 'Ready');
    assert.equal((await triggers.template('followed')).spec.activeDeadlineSeconds, 30);
    const patch = { metadata: { labels: { new: 'label' } }, spec: { timeout: '1m30s' } };
    await world.client.mergePatch(functionResource, { namespace: world.namespace, name: 'followed' }, patch);
    await eventually('the CronJob has it', async () => {
      const { spec, metadata } = await triggers.template('followed');
      return spec.activeDeadlineSeconds === 90 && metadata.labels['new'] === 'label';
    });
    const settings = {
      'provision-image': 'docker://a.example/unzip:2',
      'data-plane-url': 'http://127.0.0.1:9',
    };
    await world.configure(settings);
    await eventually('the CronJob has it', async () => {
      const [container] = (await triggers.template('followed')).spec.template.spec.containers;
      return container.image === 'a.example/unzip:2' && container.args[0] === '--url=http://127.0.0.1:9';
    });
    await world.configure({});
  });

  test('the times of its runs are in the status', async () => {
    const { world, triggers } = current();
    await triggers.create('told', to('hello', { suspend: true }));
    await triggers.until('told', 'Suspended');
    const times = { lastScheduleTime: '2026-01-01T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:05Z' };
    const ref = { namespace: world.namespace, name: 'told' };
    await world.client.mergePatch(cronJobs, ref, { status: times }, { subresource: 'status' });
    await eventually('the trigger has them', async () => {
      const { lastScheduleTime, lastSuccessfulTime } = (await triggers.get('told'))?.status ?? {};
      return lastScheduleTime === times.lastScheduleTime && lastSuccessfulTime === times.lastSuccessfulTime;
    });
  });
}
