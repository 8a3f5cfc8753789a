import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatTime } from '../../../kube/conditions.ts';
import type { ContainerStatus, Job, JobSpec, Pod, PodStatus } from '../kinds.ts';
import { decideJob } from './decide-job.ts';

const now = Date.UTC(2026, 0, 1);
const spec: JobSpec = { backoffLimit: 2, template: { spec: { restartPolicy: 'Never', containers: [] } } };

function job(change: Partial<JobSpec> = {}, status: Job['status'] = {}): Job {
  return { metadata: { namespace: 'a', name: 'b', uid: 'u' }, spec: { ...spec, ...change }, status };
}

function pod(
  phase: PodStatus['phase'],
  more: { code?: number; agoMs?: number; restarts?: number } = {},
): Pod {
  const { code = phase === 'Failed' ? 1 : 0, agoMs = 0, restarts = 0 } = more;
  const time = formatTime(now - agoMs);
  const isEnded = phase === 'Failed' || phase === 'Succeeded';
  const container: ContainerStatus = {
    name: 'c',
    image: '',
    imageID: '',
    ready: false,
    started: false,
    restartCount: restarts,
    lastState: {},
    state: isEnded
      ? { terminated: { exitCode: code, reason: 'Error', startedAt: time, finishedAt: time } }
      : { running: { startedAt: time } },
  };
  return {
    metadata: { namespace: 'a', name: 'p' },
    spec: { containers: [] },
    status: { phase, containerStatuses: [container] },
  };
}

suite('a Job', () => {
  test('gets a pod, and none while that one runs', () => {
    const first = decideJob(job(), [], now);
    assert.equal(first.create, 1);
    assert.deepEqual([first.status?.active, first.status?.startTime], [1, formatTime(now)]);
    assert.equal(decideJob(job(), [pod('Running')], now).create, 0);
    assert.equal(decideJob(job({ parallelism: 3, completions: 5 }), [pod('Running')], now).create, 2);
  });

  test('is complete with its pods, also where those are gone that were counted', () => {
    const { status, ending } = decideJob(job(), [pod('Succeeded')], now);
    assert.equal(ending?.reason, 'CompletionsReached');
    assert.deepEqual(
      status?.conditions?.map(({ type }) => type),
      ['SuccessCriteriaMet', 'Complete'],
    );
    const two = decideJob(job({ completions: 2 }, { succeeded: 1 }), [pod('Running')], now);
    assert.equal(two.status?.succeeded, 1);
    assert.equal(decideJob(job({}, { succeeded: 1 }), [], now).ending?.type, 'Complete');
  });

  test('tries again after 10 s, then 20 s, and gives up at its limit', () => {
    const once = decideJob(job(), [pod('Failed', { agoMs: 4000 })], now);
    assert.deepEqual([once.create, once.requeueAfterMs], [0, 6000]);
    assert.equal(decideJob(job(), [pod('Failed', { agoMs: 10_000 })], now).create, 1);
    const failed = [pod('Failed', { agoMs: 60_000 }), pod('Failed', { agoMs: 5000 })];
    assert.equal(decideJob(job(), failed, now).requeueAfterMs, 15_000);
    const last = decideJob(job(), [...failed, pod('Failed')], now);
    assert.deepEqual([last.ending?.reason, last.status?.failed], ['BackoffLimitExceeded', 3]);
  });

  test('counts restarts where containers are started again in their pod', () => {
    const template = { spec: { restartPolicy: 'OnFailure' as const, containers: [] } };
    const restarted = (restarts: number) => [pod('Running', { restarts })];
    assert.equal(decideJob(job({ template }), restarted(1), now).ending, undefined);
    assert.equal(decideJob(job({ template }), restarted(2), now).ending?.reason, 'BackoffLimitExceeded');
    assert.equal(decideJob(job({ template, backoffLimit: 0 }), restarted(1), now).ending?.type, 'Failed');
  });

  test('fails when its time is over, and ends what runs', () => {
    const late = job({ activeDeadlineSeconds: 5 }, { startTime: formatTime(now - 5000) });
    const { ending, remove, status } = decideJob(late, [pod('Running')], now);
    assert.equal(ending?.reason, 'DeadlineExceeded');
    assert.deepEqual([remove.length, status?.active], [1, 0]);
    const early = job({ activeDeadlineSeconds: 5 }, { startTime: formatTime(now - 2000) });
    assert.equal(decideJob(early, [pod('Running', { agoMs: 9000 })], now).requeueAfterMs, 3000);
  });

  test('counts a pod as ready once it has run for a moment', () => {
    const fresh = decideJob(job(), [pod('Running')], now);
    assert.deepEqual([fresh.status?.active, fresh.status?.ready, fresh.requeueAfterMs], [1, 0, 2000]);
    const later = decideJob(job(), [pod('Running')], now + 2000);
    assert.deepEqual([later.status?.ready, later.requeueAfterMs], [1, undefined]);
    assert.equal(decideJob(job(), [pod('Pending')], now).requeueAfterMs, undefined);
  });

  test('follows its failure policy: some failures do not count, some end it', () => {
    const policy: JobSpec['podFailurePolicy'] = {
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1] } },
      ],
    };
    const strict = job({ backoffLimit: 0, podFailurePolicy: policy });
    const disrupted = pod('Failed');
    const condition = { type: 'DisruptionTarget', status: 'True', lastTransitionTime: '' } as const;
    disrupted.status = { phase: 'Failed', ...disrupted.status, conditions: [condition] };
    const replaced = decideJob(strict, [disrupted], now);
    assert.deepEqual([replaced.create, replaced.status?.failed, replaced.ending], [1, 0, undefined]);
    const { ending } = decideJob(strict, [pod('Failed', { code: 2 })], now);
    assert.equal(ending?.reason, 'PodFailurePolicy');
    assert.match(ending?.message ?? '', /Container c for pod a\/p failed with exit code 2 matching FailJob/);
    assert.equal(decideJob(strict, [pod('Failed')], now).ending?.reason, 'BackoffLimitExceeded');
  });

  test('goes after its end when its time to live is over', () => {
    const condition = {
      type: 'Complete',
      status: 'True',
      lastTransitionTime: formatTime(now - 3000),
    } as const;
    const ended = (ttlSecondsAfterFinished?: number) =>
      decideJob(
        job(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }, {
          conditions: [condition],
        }),
        [],
        now,
      );
    assert.deepEqual([ended(3).expired, ended(5).requeueAfterMs, ended().expired], [true, 2000, undefined]);
  });

  test('suspended has no pods; going on makes them again', () => {
    const { remove, status, create } = decideJob(job({ suspend: true }), [pod('Running')], now);
    assert.deepEqual([remove.length, create, status?.conditions?.[0]?.type], [1, 0, 'Suspended']);
    const resumed = decideJob(job({}, { ...status }), [], now);
    assert.deepEqual([resumed.create, resumed.status?.conditions?.[0]?.status], [1, 'False']);
  });

  test('whatever its pods are: it never has more than it may, and never goes on after its end', () => {
    const phases = fc.array(fc.constantFrom<PodStatus['phase']>('Pending', 'Running', 'Succeeded', 'Failed'));
    fc.assert(
      fc.property(phases, fc.nat(4), fc.nat(4), fc.nat(4), (list, parallelism, completions, backoffLimit) => {
        const pods = list.map((phase) => pod(phase, { agoMs: 1e9 }));
        const { create, ending, remove } = decideJob(
          job({ parallelism, completions, backoffLimit }),
          pods,
          now,
        );
        const active = list.filter((phase) => phase === 'Pending' || phase === 'Running').length;
        assert.ok(create === 0 || create + active <= parallelism);
        if (ending !== undefined) assert.deepEqual([create, remove.length], [0, active]);
      }),
    );
  });
});
