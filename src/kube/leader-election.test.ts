import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, settle } from '../../test/helpers/manual-clock.ts';
import { silentLogger } from '../lib/log.ts';
import type { Lease } from './builtin-resources.ts';
import { KubeError } from './kube-error.ts';
import { runAsLeader } from './leader-election.ts';
import type { LeaseOptions } from './lease-candidate.ts';

/** One Lease with optimistic concurrency; `fault` makes requests fail or hang. The contract suite has the real thing. */
function leaseStore() {
  const store = {
    lease: undefined as Lease | undefined,
    version: 0,
    fault: undefined as 'fail' | 'hang' | undefined,
  };
  const request = async <T>(signal: AbortSignal | undefined, answer: () => T): Promise<T> => {
    if (store.fault === 'fail') throw new KubeError(500, 'broken');
    if (store.fault === 'hang')
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    return answer();
  };
  const write = (lease: Lease): Lease => {
    store.version += 1;
    const resourceVersion = String(store.version);
    store.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion } };
    return store.lease;
  };
  const client = {
    get: (_: unknown, __: unknown, options?: { signal?: AbortSignal }) =>
      request(options?.signal, () => {
        if (store.lease === undefined) throw new KubeError(404, 'none');
        return store.lease;
      }),
    create: (_: unknown, lease: Lease, options?: { signal?: AbortSignal }) =>
      request(options?.signal, () => {
        if (store.lease !== undefined) throw new KubeError(409, 'there', { reason: 'AlreadyExists' });
        return write(lease);
      }),
    replace: (_: unknown, lease: Lease, options?: { signal?: AbortSignal }) =>
      request(options?.signal, () => {
        if (store.lease?.metadata.resourceVersion !== lease.metadata.resourceVersion)
          throw new KubeError(409, 'changed', { reason: 'Conflict' });
        return write(lease);
      }),
  } as unknown as LeaseOptions['client'];
  return { store, client };
}

function campaign(client: LeaseOptions['client'], clock: ManualClock, identity: string) {
  const stop = new AbortController();
  const state = { leading: false, terms: 0 };
  const lease = { namespace: 'default', name: 'test' };
  const options = { client, lease, identity, clock, random: () => 0, log: silentLogger };
  const run = runAsLeader(options, stop.signal, async (signal) => {
    Object.assign(state, { leading: true, terms: state.terms + 1 });
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    state.leading = false;
  });
  return { stop, state, run };
}

test('one leads; the next begins at once when it stops', async () => {
  const { store, client } = leaseStore();
  const clock = new ManualClock();
  const a = campaign(client, clock, 'a');
  await clock.advance(0);
  const b = campaign(client, clock, 'b');
  await clock.advance(60_000);
  assert.deepEqual([a.state.leading, b.state.leading], [true, false]);
  assert.equal(store.lease?.spec?.holderIdentity, 'a');
  a.stop.abort();
  await a.run;
  assert.equal(store.lease?.spec?.holderIdentity, '');
  await clock.advance(2_000);
  assert.deepEqual([a.state.leading, b.state.leading], [false, true]);
  assert.equal(store.lease?.spec?.leaseTransitions, 1);
  b.stop.abort();
  await b.run;
});

for (const fault of ['fail', 'hang'] as const) {
  test(`a leader whose requests ${fault} has stopped before another one starts`, async () => {
    const { store, client } = leaseStore();
    const broken = leaseStore();
    const clock = new ManualClock();
    const own = {
      get: (...args: Parameters<typeof client.get>) => pick().get(...args),
      create: (...args: Parameters<typeof client.create>) => pick().create(...args),
      replace: (...args: Parameters<typeof client.replace>) => pick().replace(...args),
    } as LeaseOptions['client'];
    const pick = () => (broken.store.fault === undefined ? client : broken.client);
    const a = campaign(own, clock, 'a');
    await clock.advance(0);
    const b = campaign(client, clock, 'b');
    await clock.advance(10_000);
    broken.store.fault = fault;
    let stoppedAt = -1;
    for (let second = 0; second < 40 && !b.state.leading; second += 1) {
      await clock.advance(1_000);
      assert.ok(!(a.state.leading && b.state.leading), 'two leaders');
      if (!a.state.leading && stoppedAt < 0) stoppedAt = second;
    }
    assert.ok(b.state.leading && stoppedAt >= 0);
    assert.equal(store.lease?.spec?.holderIdentity, 'b');
    broken.store.fault = undefined;
    b.stop.abort();
    await b.run;
    await clock.advance(15_000);
    assert.equal(a.state.terms, 2);
    a.stop.abort();
    await clock.advance(20_000);
    await a.run;
  });
}

test('a lead that fails releases the Lease and passes its error on', async () => {
  const { store, client } = leaseStore();
  const clock = new ManualClock();
  const options = { client, lease: { namespace: 'd', name: 't' }, identity: 'a', clock };
  const run = runAsLeader(
    { ...options, random: () => 0, log: silentLogger },
    new AbortController().signal,
    () => Promise.reject(new Error('a defect')),
  );
  await Promise.all([assert.rejects(run, { message: 'a defect' }), settle()]);
  assert.equal(store.lease?.spec?.holderIdentity, '');
});

test('a deadline that another candidate could overtake is refused', async () => {
  const { client } = leaseStore();
  const options = { client, lease: { namespace: 'd', name: 't' }, identity: 'a', clock: new ManualClock() };
  const run = runAsLeader(
    { ...options, random: () => 0, log: silentLogger, durationSeconds: 10, renewDeadlineMs: 10_000 },
    new AbortController().signal,
    () => Promise.resolve(),
  );
  await assert.rejects(run, { code: 'internal' });
});
