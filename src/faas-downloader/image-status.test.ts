import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageStatus, StoredImage } from '../api/image.ts';
import { statusPatch, type Report } from './image-status.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const nowMs = Date.parse('2026-01-01T00:00:00Z');
const context = { node: 'n1', generation: 2, nowMs };
const ready: Report = { reason: 'Ready', message: 'Ready.', served: { generation: 2, digest } };
const failed: Report = { reason: 'PullFailed', message: 'No registry.', served: null };

const image = (status?: ImageStatus, generation = 2): StoredImage => ({
  metadata: { namespace: 'default', name: 'x', generation },
  ...(status === undefined ? {} : { status }),
});

/** The status after a merge patch of one node's report. */
function after(
  status: ImageStatus | undefined,
  report: Report,
  more: Partial<typeof context> = {},
): ImageStatus {
  const { routeProblems, ...patch } =
    statusPatch(image(status), report, { ...context, ...more })?.status ?? {};
  const { routeProblems: before, ...old } = status ?? {};
  const problems = routeProblems === undefined ? before : (routeProblems ?? undefined);
  const nodes = { ...old.nodes, ...patch.nodes };
  return { ...old, ...patch, nodes, ...(problems === undefined ? {} : { routeProblems: problems }) };
}

const condition = (status: ImageStatus): string => {
  const [first] = status.conditions ?? [];
  return `${first?.status} ${first?.reason} ${first?.message}`;
};

test('a ready node says so in condition, digest and its own entry', () => {
  const status = after(undefined, ready);
  assert.equal(condition(status), 'True Ready Ready.');
  assert.equal(status.observedGeneration, 2);
  assert.equal(status.digest, digest);
  const time = '2026-01-01T00:00:00Z';
  assert.deepEqual(status.nodes, { n1: { ready: true, message: 'Ready.', generation: 2, digest, time } });
});

test('the same report again is no patch, another one is', () => {
  const status = after(undefined, ready);
  assert.equal(statusPatch(image(status), ready, { ...context, nowMs: nowMs + 1e9 }), null);
  assert.notEqual(statusPatch(image(status), failed, context), null);
});

test('a report about an older spec is dropped', () => {
  assert.equal(statusPatch(image(undefined, 3), ready, context), null);
});

test('the time of the transition stays while the status does', () => {
  const first = after(undefined, failed);
  const second = after(first, { ...failed, reason: 'DiskFull' }, { nowMs: nowMs + 60_000 });
  assert.equal(second.conditions?.[0]?.lastTransitionTime, first.conditions?.[0]?.lastTransitionTime);
  const third = after(second, ready, { nowMs: nowMs + 60_000 });
  assert.equal(third.conditions?.[0]?.lastTransitionTime, '2026-01-01T00:01:00Z');
});

test('a failing version leaves the one that is served in the entry of the node', () => {
  const status = after(after(undefined, ready), { ...failed, served: { generation: 1, digest } });
  assert.match(condition(status), /^False PullFailed/);
  assert.deepEqual([status.nodes?.['n1']?.ready, status.nodes?.['n1']?.generation], [true, 1]);
});

test('an Image is ready when all nodes are, and one that is gone does not count for ever', () => {
  const one = after(undefined, failed);
  const both = after(one, ready, { node: 'n2' });
  assert.equal(condition(both), 'False PullFailed Node n1: No registry.');
  assert.equal(condition(after(both, ready)), 'True Ready Ready.');
  const muchLater = { node: 'n3', nowMs: nowMs + 3_600_000 };
  assert.match(condition(after(both, ready, muchLater)), /^True/);
});

test('a node that keeps failing says so again after a while', () => {
  const status = after(undefined, failed);
  assert.equal(statusPatch(image(status), failed, { ...context, nowMs: nowMs + 60_000 }), null);
  assert.notEqual(statusPatch(image(status), failed, { ...context, nowMs: nowMs + 700_000 }), null);
});

test('routes have a condition of their own, while there are some', () => {
  const problem = { host: 'a.example', reason: 'SecretNotFound', message: 'Secret users does not exist.' };
  const broken = after(undefined, { ...ready, routeProblems: [problem] });
  const [readiness, routes] = broken.conditions ?? [];
  assert.equal(readiness?.status, 'True');
  assert.deepEqual(
    [routes?.type, routes?.status, routes?.reason, routes?.message],
    ['RoutesReady', 'False', 'SecretNotFound', 'Route a.example/: Secret users does not exist.'],
  );
  assert.deepEqual(broken.routeProblems, [problem]);
  assert.equal(statusPatch(image(broken), { ...ready, routeProblems: [problem] }, context), null);
  const failing = after(broken, failed);
  assert.deepEqual(failing.routeProblems, [problem]);
  const mended = after(broken, { ...ready, routeProblems: [] });
  assert.equal(mended.conditions?.[1]?.status, 'True');
  assert.equal(mended.routeProblems, undefined);
  assert.equal(after(mended, { ...ready, routeProblems: null }).conditions?.length, 1);
});
