import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CronWorld } from '../../../test/helpers/cron-world.ts';
import { latestRun } from '../../lib/cron/runs.ts';
import { parseSchedule } from '../../lib/cron/schedule.ts';
import { TimeZone } from '../../lib/cron/time-zone.ts';
import type { Job } from '../agent/kinds.ts';
import { endingOf, runName } from './run-name.ts';

const minuteMs = 60_000;
const start = Date.UTC(2026, 2, 28, 22, 0, 30);

function firstOf({ jobs: [job] }: CronWorld): Job {
  assert.ok(job !== undefined);
  return job;
}

const names = (world: CronWorld) => world.jobs.map(({ metadata }) => metadata.name);
const at = (time: string) => Date.parse(`2026-03-28T${time}Z`);

suite('CronJobs', () => {
  test('a run is begun when it is due, once, and told in the status', async () => {
    const world = new CronWorld(start, { schedule: '*/5 * * * *', timeZone: 'Europe/Berlin' });
    await world.settle();
    assert.deepEqual([world.jobs.length, world.nextMs], [0, at('22:05')]);
    world.nowMs = at('22:05');
    await world.settle();
    const job = firstOf(world);
    const { uid, name, labels, annotations = {}, ownerReferences = [] } = job.metadata;
    assert.equal(name, `tick-${at('22:05') / minuteMs}`);
    assert.deepEqual(labels, { a: 'b' });
    const time = annotations['batch.kubernetes.io/cronjob-scheduled-timestamp'];
    assert.equal(time, '2026-03-28T23:05:00+01:00');
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: world.cronJob.metadata.uid };
    assert.deepEqual(ownerReferences, [{ ...owner, controller: true, blockOwnerDeletion: true }]);
    const active = [{ apiVersion: 'batch/v1', kind: 'Job', name, namespace: 'n', uid }];
    assert.deepEqual(world.cronJob.status, { active, lastScheduleTime: '2026-03-28T22:05:00Z' });
    assert.equal(world.nextMs, at('22:10'));
    world.end(job, 'Complete');
    world.sync();
    await world.settle();
    const lastSuccessfulTime = '2026-03-28T22:05:00Z';
    assert.deepEqual(world.cronJob.status, { lastScheduleTime: '2026-03-28T22:05:00Z', lastSuccessfulTime });
  });

  test('the last of the runs that were missed is made up for, within the deadline', async () => {
    const world = new CronWorld(start, { schedule: '*/5 * * * *', startingDeadlineSeconds: 90 });
    world.nowMs = at('22:31');
    await world.settle();
    assert.deepEqual(names(world), [runName('tick', at('22:30'))]);
    world.nowMs = at('22:49');
    await world.settle();
    assert.equal(world.jobs.length, 1);
    assert.match(
      world.events.at(-1)?.message ?? '',
      /Missed scheduled time to start a job: 2026-03-28T22:45/,
    );
    assert.equal(world.nextMs, at('22:50'));
  });

  test('an interval longer than the deadline has its runs', async () => {
    const world = new CronWorld(start, { schedule: '@every 1h', startingDeadlineSeconds: 30 });
    await world.settle();
    assert.equal(world.nextMs, start + 3_600_000);
    world.nowMs = start + 3_600_001;
    await world.settle();
    assert.equal(world.jobs.length, 1);
    assert.equal(world.nextMs, start + 7_200_000);
  });

  test('an interval of seconds has a run a minute, and is not looked at more often', async () => {
    const world = new CronWorld(start, { schedule: '@every 1s' });
    await world.settle();
    assert.equal(world.nextMs, start + minuteMs);
    world.nowMs = start + minuteMs;
    await world.settle();
    assert.deepEqual([world.jobs.length, world.nextMs], [1, start + 2 * minuteMs]);
  });

  test('Forbid waits for the run before, Replace ends it, Allow does neither', async () => {
    for (const concurrencyPolicy of ['Allow', 'Forbid', 'Replace'] as const) {
      const world = new CronWorld(start, { schedule: '*/5 * * * *', concurrencyPolicy });
      world.nowMs = at('22:05');
      await world.settle();
      const first = firstOf(world);
      world.nowMs = at('22:10');
      await world.settle();
      const [one, two] = [at('22:05'), at('22:10')].map((dueMs) => runName('tick', dueMs));
      const expected = { Allow: [one, two], Forbid: [one], Replace: [two] }[concurrencyPolicy];
      assert.deepEqual(names(world), expected, concurrencyPolicy);
      if (concurrencyPolicy !== 'Forbid') continue;
      assert.equal(world.events.at(-1)?.reason, 'JobAlreadyActive');
      world.nowMs = at('22:11');
      world.end(first, 'Failed');
      world.sync();
      await world.settle();
      assert.deepEqual(world.made, [one, two]);
    }
  });

  test('suspended it begins nothing; afterwards only what is not too late', async () => {
    const world = new CronWorld(start, {
      schedule: '*/5 * * * *',
      suspend: true,
      startingDeadlineSeconds: 60,
    });
    world.nowMs = at('22:05');
    await world.settle();
    assert.deepEqual([world.jobs.length, world.nextMs], [0, undefined]);
    world.nowMs = at('22:12');
    world.edit({ suspend: false });
    world.sync();
    await world.settle();
    assert.equal(world.jobs.length, 0);
    world.nowMs = at('22:15');
    await world.settle();
    assert.equal(world.jobs.length, 1);
  });

  test('of the Jobs that have ended the newest are kept', async () => {
    const world = new CronWorld(start, {
      schedule: '* * * * *',
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 0,
    });
    for (let minute = 1; minute <= 6; minute += 1) {
      world.nowMs = at('22:00') + minute * minuteMs;
      await world.settle();
      world.end(world.jobs.at(-1) as Job, minute % 2 === 0 ? 'Complete' : 'Failed');
      world.sync();
      await world.settle();
    }
    assert.deepEqual(
      names(world),
      [at('22:04'), at('22:06')].map((dueMs) => runName('tick', dueMs)),
    );
    assert.equal(world.made.length, 6);
  });

  test('a Job that somebody makes of it is none of its runs', async () => {
    const world = new CronWorld(start, { schedule: '*/5 * * * *', concurrencyPolicy: 'Forbid' });
    const { uid = '' } = world.cronJob.metadata;
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid, controller: true };
    const annotations = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-04-01T00:00:00Z' };
    const metadata = { namespace: 'n', name: 'by-hand', ownerReferences: [owner], annotations };
    world.add({ metadata, spec: { template: { spec: { containers: [] } } } });
    world.sync();
    world.nowMs = at('22:05');
    await world.settle();
    assert.deepEqual(names(world), ['by-hand', runName('tick', at('22:05'))]);
    world.end(firstOf(world), 'Complete');
    world.sync();
    await world.settle();
    assert.equal(world.cronJob.status?.lastSuccessfulTime, '2026-03-28T22:05:00Z');
  });

  test('a name that is taken is not taken over, and the next run comes', async () => {
    const world = new CronWorld(start, { schedule: '*/5 * * * *' });
    const name = runName('tick', at('22:05'));
    world.add({ metadata: { namespace: 'n', name }, spec: { template: { spec: { containers: [] } } } });
    world.sync();
    world.nowMs = at('22:05');
    await world.settle();
    assert.match(world.events.at(-1)?.message ?? '', /belongs to somebody else/);
    world.nowMs = at('22:10');
    await world.settle();
    assert.deepEqual(world.made, [runName('tick', at('22:10'))]);
  });

  test('a time of a clock that was years ahead does not stop it', async () => {
    const world = new CronWorld(start, { schedule: '*/5 * * * *' });
    world.nowMs = at('22:05') + 4 * 365 * 86_400_000;
    await world.settle();
    assert.equal(world.jobs.length, 1);
    world.nowMs = at('22:07');
    await world.settle();
    world.nowMs = at('22:10');
    await world.settle();
    assert.equal(world.made.at(-1), runName('tick', at('22:10')));
  });

  test('a schedule or a zone that nobody understands is told', async () => {
    const world = new CronWorld(start, { schedule: 'often' });
    await world.settle();
    assert.equal(world.events.at(-1)?.reason, 'UnparseableSchedule');
    world.edit({ schedule: '* * * * *', timeZone: 'Mars/Olympus' });
    world.sync();
    await world.settle();
    assert.equal(world.events.at(-1)?.reason, 'UnknownTimeZone');
  });
});

interface Step {
  passMs: number;
  kill: { after: number; behind: boolean } | undefined;
  end: 'none' | 'Complete' | 'Failed';
  watchIsLate: boolean;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  passMs: fc.integer({ min: 0, max: 8 * minuteMs }),
  kill: fc.option(fc.record({ after: fc.integer({ min: 0, max: 3 }), behind: fc.boolean() }), {
    nil: undefined,
  }),
  end: fc.constantFrom('none', 'Complete', 'Failed'),
  watchIsLate: fc.boolean(),
});

test('whenever it is killed: each run that is due is begun, and once', async () => {
  const schedules = ['* * * * *', '*/3 * * * *', '7,9 * * * *', '30 1-3 * * *'];
  const anyHistory = fc.integer({ min: 0, max: 2 });
  const property = fc.asyncProperty(
    fc.constantFrom(...schedules),
    fc.constantFrom('Europe/Berlin', 'UTC'),
    anyHistory,
    fc.array(anyStep, { maxLength: 40 }),
    async (schedule, timeZone, limit, steps) => {
      const limits = { successfulJobsHistoryLimit: limit, failedJobsHistoryLimit: limit };
      const world = new CronWorld(start, { schedule, timeZone, ...limits });
      for (const { passMs, kill, end, watchIsLate } of steps) {
        world.nowMs += passMs;
        world.kill = kill && { ...kill };
        const [running] = world.jobs.filter((job) => endingOf(job) === undefined);
        if (running !== undefined && end !== 'none') world.end(running, end);
        if (!watchIsLate) world.sync();
        await world.reconcile();
        await world.settle();
        const clock = { afterMs: start, untilMs: world.nowMs };
        const dueMs = latestRun(parseSchedule(schedule), new TimeZone(timeZone), clock);
        if (dueMs !== undefined) assert.ok(world.made.includes(runName('tick', dueMs)));
        assert.equal(new Set(world.made).size, world.made.length, 'a run was begun twice');
        assert.ok(world.nextMs !== undefined && world.nextMs > world.nowMs);
      }
    },
  );
  await fc.assert(property, { numRuns: 150 });
});
