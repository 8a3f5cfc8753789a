import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, settle } from '../../test/helpers/manual-clock.ts';
import { silentLogger } from '../lib/log.ts';
import { runController, TerminalError, type Outcome, type Reconcile } from './controller.ts';
import type { ControllerSource } from './controller-source.ts';

function setUp(reconcile: Reconcile, { concurrency = 1, synced = Promise.resolve() } = {}) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const counts: Partial<Record<Outcome, number>> = {};
  let enqueue: (key: string) => void = () => undefined;
  let stopped = false;
  const source: ControllerSource = {
    synced: () => synced,
    start: (add) => {
      enqueue = add;
      return () => (stopped = true);
    },
  };
  const metrics = {
    countOutcome: (outcome: Outcome, count: 0 | 1) => void (counts[outcome] = (counts[outcome] ?? 0) + count),
    observeDuration: () => undefined,
    setQueueLength: () => undefined,
  };
  const run = runController(
    {
      name: 'test',
      sources: [source],
      reconcile,
      concurrency,
      clock,
      random: () => 1,
      log: silentLogger,
      metrics,
      backoffBaseMs: 100,
      backoffCapMs: 10_000,
    },
    stop.signal,
  );
  return { clock, stop, run, counts, add: (key: string) => enqueue(key), isStopped: () => stopped };
}

test('the four outcomes: done, again later, retry with back-off, never again', async () => {
  const seen: string[] = [];
  const controller = setUp((key) => {
    seen.push(key);
    if (key === 'later' && seen.filter((k) => k === key).length === 1)
      return Promise.resolve({ requeueAfterMs: 5000 });
    if (key === 'fails' && seen.filter((k) => k === key).length < 4)
      return Promise.reject(new Error('not yet'));
    if (key === 'hopeless') return Promise.reject(new TerminalError('no'));
    return Promise.resolve();
  });
  assert.deepEqual(controller.counts, { done: 0, requeue: 0, retry: 0, terminal: 0 });
  for (const key of ['good', 'later', 'fails', 'hopeless']) controller.add(key);
  await controller.clock.advance(0);
  assert.deepEqual(controller.counts, { done: 1, requeue: 1, retry: 1, terminal: 1 });
  await controller.clock.advance(100 + 200 + 400);
  assert.equal(seen.filter((key) => key === 'fails').length, 4);
  await controller.clock.advance(60_000);
  assert.deepEqual(controller.counts, { done: 3, requeue: 1, retry: 3, terminal: 1 });
  controller.stop.abort();
  await controller.run;
  assert.ok(controller.isStopped());
});

test('after an edit the delays between retries begin anew', async () => {
  let tries = 0;
  const controller = setUp(() => {
    tries += 1;
    return Promise.reject(new Error('not yet'));
  });
  controller.add('fails');
  await controller.clock.advance(100 + 200 + 400 + 800);
  assert.equal(tries, 5);
  controller.add('fails');
  await controller.clock.advance(100);
  assert.equal(tries, 7);
  controller.stop.abort();
  await controller.run;
});

test('works on several keys at once, but never twice on one', async () => {
  const active: string[] = [];
  const release: (() => void)[] = [];
  const controller = setUp(
    async (key) => {
      assert.ok(!active.includes(key));
      active.push(key);
      await new Promise<void>((resolve) => release.push(resolve));
      active.splice(active.indexOf(key), 1);
    },
    { concurrency: 2 },
  );
  await settle();
  for (const key of ['a', 'a', 'b', 'c']) controller.add(key);
  await settle();
  assert.deepEqual(active, ['a', 'b']);
  controller.add('a');
  release.shift()?.();
  await settle();
  assert.deepEqual(active, ['b', 'c']);
  while (release.length > 0) {
    release.shift()?.();
    await settle();
  }
  assert.equal(controller.counts.done, 4);
  controller.stop.abort();
  await controller.run;
});

test('reconciles nothing before the sources are complete', async () => {
  const synced = Promise.withResolvers<void>();
  let calls = 0;
  const controller = setUp(() => Promise.resolve(void (calls += 1)), { synced: synced.promise });
  controller.add('a');
  await settle();
  assert.equal(calls, 0);
  synced.resolve();
  await settle();
  assert.equal(calls, 1);
  controller.stop.abort();
  await controller.run;
});

test('at shutdown a reconcile gets the signal and is waited for', async () => {
  let ended = false;
  const controller = setUp(async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await settle();
    ended = true;
  });
  controller.add('a');
  controller.add('never');
  await settle();
  controller.stop.abort();
  await controller.run;
  assert.ok(ended);
});

test('a source that never becomes complete does not hold up the shutdown', async () => {
  const controller = setUp(() => Promise.resolve(), { synced: new Promise(() => undefined) });
  await settle();
  controller.stop.abort();
  await controller.run;
});
