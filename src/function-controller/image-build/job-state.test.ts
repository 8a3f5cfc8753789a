import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, Job, Pod } from '../../kube/workload-resources.ts';
import { jobState, retryDelayMs } from './job-state.ts';

const job = (type?: string, reason = '', attempt = 1): Job => ({
  metadata: { name: 'j', annotations: { 'kubeless.io/attempt': String(attempt) } },
  status: {
    conditions:
      type === undefined
        ? []
        : [{ type, status: 'True', reason, lastTransitionTime: '2026-01-01T00:00:00Z' }],
  },
});
const pod = (...statuses: ContainerStatus[]): Pod[] => [
  {
    metadata: {},
    status: {
      initContainerStatuses: statuses.filter(({ name }) => name !== 'build'),
      containerStatuses: statuses.filter(({ name }) => name === 'build'),
    },
  },
];
const ended = (name: string, exitCode: number, message = '', reason = 'Error'): ContainerStatus => ({
  name,
  state: { terminated: { exitCode, message, reason } },
});

test('on its way: which step', () => {
  const running = (name: string) => jobState(job(), pod({ name, state: { running: {} } }));
  assert.deepEqual(running('install'), {
    kind: 'running',
    reason: 'Building',
    message: 'The dependencies are installed.',
  });
  assert.equal((running('build') as { reason: string }).reason, 'Pushing');
  const after = jobState(job(), pod(ended('build', 0, '', 'Completed')));
  assert.equal((after as { reason: string }).reason, 'Pushing', 'until the Job says that it is complete');
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const state = jobState(job(), pod({ name: 'prepare', state: { waiting } }));
  assert.match(
    (state as { message: string }).message,
    /prepare of the build waits: ImagePullBackOff no such image/,
  );
  assert.deepEqual(jobState(job('Complete'), []), { kind: 'complete' });
});

test('what was cut off is made again: it is told, and is not why the build fails', () => {
  const [first] = pod(ended('prepare', 137));
  const target = { type: 'DisruptionTarget', status: 'True', message: 'The node goes.' };
  const cut: Pod = { metadata: {}, status: { ...first?.status, phase: 'Failed', conditions: [target] } };
  assert.deepEqual(jobState(job(), [cut, ...pod({ name: 'check', state: { running: {} } })]), {
    kind: 'running',
    reason: 'Building',
    message: 'It was cut off and is made again: The node goes. The function is loaded once.',
  });
  const failed = jobState(job('Failed'), [cut, ...pod(ended('check', 2, 'hello.py, line 1: x'))]);
  assert.ok(failed.kind === 'failed' && failed.final && failed.failure.reason === 'LoadFailed');
});

test('failed: which step, why, the last lines, and whether trying again helps', () => {
  const cases: readonly [ContainerStatus, string, RegExp, boolean][] = [
    [ended('prepare', 2, 'a\nchecksum differs\n'), 'SourceFailed', /unpacked: checksum differs\.$/, true],
    [ended('prepare', 10, 'away'), 'SourceFailed', /away\.$/, false],
    [ended('prepare', 11, 'The disk is full.'), 'DiskFull', /unpacked: The disk is full\.$/, false],
    [ended('install', 11, 'whatever'), 'DependenciesFailed', /whatever/, false],
    [ended('install', 2, 'no matching distribution'), 'DependenciesFailed', /no matching/, false],
    [ended('compile', 1, 'syntax error!'), 'CompileFailed', /syntax error!$/, false],
    [
      ended('check', 2, 'trace\nhello.py, line 1: SyntaxError'),
      'LoadFailed',
      /loaded: hello\.py, line 1/,
      true,
    ],
    [ended('check', 124, 'x'), 'LoadFailed', /longer than a call waits.*handler/, false],
    [ended('check', 137, 'x', 'OOMKilled'), 'LoadFailed', /memory.*spec\.resources\.memory/, false],
    [ended('check', 139, 'core'), 'LoadFailed', /ended with exit code 139: core\.$/, false],
    [ended('fetch', 10, 'away'), 'DependenciesFailed', /away\.$/, false],
    [ended('build', 1), 'PushFailed', /exit code 1\.$/, false],
    [ended('build', 137, '', 'OOMKilled'), 'PushFailed', /more memory/, false],
    [ended('other', 1, 'x'), 'BuildFailed', /A container of the build failed: x\.$/, false],
  ];
  for (const [status, reason, message, final] of cases) {
    const state = jobState(job('Failed', 'BackoffLimitExceeded'), pod(ended('prepare', 0), status));
    assert.ok(state.kind === 'failed');
    assert.deepEqual([state.failure.reason, state.final], [reason, final]);
    assert.match(state.failure.message, message);
  }
  const timeout = jobState(job('Failed', 'DeadlineExceeded'), []);
  assert.ok(timeout.kind === 'failed' && timeout.failure.reason === 'BuildTimeout');
  const [killed] = pod(ended('install', 137));
  const status = { ...killed?.status, reason: 'Evicted', message: 'The node was low on resource: disk.' };
  const evicted = jobState(job('Failed'), [{ metadata: {}, status }]);
  assert.ok(evicted.kind === 'failed' && evicted.failure.reason === 'DiskFull' && !evicted.final);
  assert.match(evicted.failure.message, /room on its disk\. The node was low on resource: disk\. Free some/);
  const nobody = jobState(job('Failed'), []);
  assert.ok(nobody.kind === 'failed' && nobody.failure.reason === 'BuildFailed');
});

test('logs are cut', () => {
  const message = Array.from({ length: 500 }, (_, i) => `line ${i} ${'x'.repeat(100)}`).join('\n');
  const state = jobState(job('Failed'), pod(ended('install', 1, message)));
  assert.ok(state.kind === 'failed');
  const { log = '' } = state.failure;
  assert.ok(log.endsWith(`line 499 ${'x'.repeat(100)}`) && log.split('\n').length === 40);
});

test('pauses grow from the end of the Job', () => {
  const end = Date.parse('2026-01-01T00:00:00Z');
  const delay = (attempt: number, later: number) => retryDelayMs(job('Failed', '', attempt), end + later);
  assert.deepEqual(
    [delay(1, 0), delay(1, 4000), delay(2, 0), delay(9, 0)],
    [10_000, 6000, 40_000, 1_800_000],
  );
  assert.equal(delay(1, 60_000), 0);
});
