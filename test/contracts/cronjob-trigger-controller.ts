import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { functionResource } from '../../src/api/function.ts';
import { configMaps } from '../../src/kube/builtin-resources.ts';
import { orUndefined } from '../../src/kube/kube-error.ts';
import { cronJobs } from '../../src/kube/workload-resources.ts';
import { ControllerWorld } from '../helpers/controller-world.ts';
import { CronJobTriggers } from '../helpers/cronjob-triggers.ts';
import { eventually } from '../helpers/eventually.ts';
import type { RunningProgram } from '../helpers/program.ts';
import type { StartTarget } from './kubernetes-api/harness.ts';

/** Far away: no CronJob of these tests is ever due. */
const schedule = '0 0 1 1 *';
const to = (name: string, more: object = {}) => ({ schedule, 'function-name': name, ...more });

/** From a CronJobTrigger to its CronJob, on an API server. */
export function cronJobTriggerControllerContract(name: string, start: StartTarget): void {
  suite(`cronjob-trigger-controller: ${name}`, () => {
    let world: ControllerWorld;
    let triggers: CronJobTriggers;
    let leader: RunningProgram;
    before(async () => {
      world = await ControllerWorld.open(start);
      triggers = new CronJobTriggers(world);
      leader = await world.start('cronjob-trigger-controller');
      await world.deployFunction('hello', {
        metadata: { labels: { team: 'a', from: 'function' }, annotations: { note: 'function', own: '1' } },
      });
    });
    after(() => world[Symbol.asyncDispose]());
    const payloadOf = (trigger: string) =>
      orUndefined(world.client.get(configMaps, { namespace: world.namespace, name: `${trigger}-payload` }));

    test('a trigger becomes a CronJob of its name that calls the function by its host', async () => {
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

    test('every field counts, and what is taken out of the trigger goes', async () => {
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
      await world.deployFunction('followed', { spec: { timeout: '30' } });
      await triggers.create('followed', to('followed'));
      await triggers.until('followed', 'Ready');
      assert.equal((await triggers.template('followed')).spec.activeDeadlineSeconds, 30);
      const patch = { metadata: { labels: { new: 'label' } }, spec: { timeout: '1m30s' } };
      await world.client.mergePatch(
        functionResource,
        { namespace: world.namespace, name: 'followed' },
        patch,
      );
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

    test('a large payload comes in a ConfigMap, which is kept and goes with the need for it', async () => {
      const payload = { text: 'x'.repeat(100_000) };
      await triggers.create('large', to('hello', { payload }));
      await triggers.until('large', 'Ready');
      assert.equal((await payloadOf('large'))?.data?.['payload'], JSON.stringify(payload));
      assert.ok((await triggers.args('large')).includes('--payload-file=/payload/payload'));
      const { namespace } = world;
      await world.client.mergePatch(
        configMaps,
        { namespace, name: 'large-payload' },
        { data: { payload: '{}' } },
      );
      await eventually('it is as it was', async () => (await payloadOf('large'))?.data?.['payload'] !== '{}');
      await world.client.delete(configMaps, { namespace, name: 'large-payload' });
      await eventually('it is back', () => payloadOf('large'));
      await triggers.edit('large', { spec: { payload: { text: null } } });
      await eventually('it is gone', async () => (await payloadOf('large')) === undefined);
      assert.ok((await triggers.args('large')).includes('--payload={}'));
      await triggers.edit('large', { spec: { payload: { text: 'x'.repeat(1_048_576) } } });
      await triggers.until('large', 'InvalidSpec', /spec\.payload has 1048587 bytes/);
    });

    test('what somebody edits or deletes is put right', async () => {
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

    test('without its Function it says so and calls nothing; with it all is well again', async () => {
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
      await triggers.create('wrong', to('hello', { schedule: '30-10 * * * *' }));
      await triggers.until('wrong', 'InvalidSpec', /spec\.schedule: beginning of range \(30\) beyond end/);
      await triggers.edit('wrong', { spec: { schedule, timeZone: 'Mars/Olympus' } });
      await triggers.until('wrong', 'InvalidSpec', /timeZone/);
      await triggers.edit('wrong', { spec: { timeZone: 'Etc/UTC' } });
      await triggers.until('wrong', 'Ready');
    });

    test('the times of its runs are in the status', async () => {
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

    test('what Kubeless made of a trigger goes: it would call the function a second time', async () => {
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

    test('a trigger that goes takes everything along, and its name can be used again at once', async () => {
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
      await eventually('the payload of before is gone', async () => (await payloadOf('gone')) === undefined);
      await triggers.delete('gone');
      await triggers.gone('gone');
    });

    test('a controller that is killed is followed by the other', async () => {
      await world.start('cronjob-trigger-controller');
      process.kill(leader.pid, 'SIGKILL');
      await triggers.create('survivor', to('hello'));
      await triggers.until('survivor', 'Ready');
    });
  });
}
