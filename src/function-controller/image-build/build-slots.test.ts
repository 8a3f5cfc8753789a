import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../kube/object-store.ts';
import type { Job } from '../../kube/workload-resources.ts';
import { BuildSlots } from './build-slots.ts';

function slotsWithJobs() {
  const slots = new BuildSlots();
  const woken: string[] = [];
  let publish: (change: Change<Job>) => void = () => undefined;
  const jobs = {
    synced: Promise.resolve(),
    subscribe: (handler: typeof publish) => {
      publish = handler;
      return () => undefined;
    },
  };
  slots.source(jobs).start((key) => woken.push(key));
  const tell = (type: 'added' | 'deleted', name: string, ended = false) => {
    const conditions = ended ? [{ type: 'Complete', status: 'True' }] : [];
    publish({ type, object: { metadata: { namespace: 'n', name }, status: { conditions } } });
  };
  return { slots, woken, tell };
}

test('no more than the limit, and who waits is woken in order', () => {
  const { slots, woken, tell } = slotsWithJobs();
  assert.ok(slots.take('n/a', 'n/fa', 2));
  assert.ok(slots.take('n/b', 'n/fb', 2));
  assert.ok(slots.take('n/b', 'n/fb', 2), 'a slot that one has');
  assert.ok(!slots.take('n/c', 'n/fc', 2));
  assert.ok(!slots.take('n/d', 'n/fd', 2));
  assert.deepEqual([slots.placeOf('n/fc'), slots.placeOf('n/fd')], [0, 1]);
  tell('added', 'a', true);
  assert.deepEqual(woken, ['n/fc']);
  assert.ok(slots.take('n/c', 'n/fc', 2));
  tell('deleted', 'b');
  assert.deepEqual(woken, ['n/fc', 'n/fd']);
});

test('who is woken and leaves passes the turn on', () => {
  const { slots, woken } = slotsWithJobs();
  slots.take('n/a', 'n/fa', 1);
  slots.take('n/b', 'n/fb', 1);
  slots.take('n/c', 'n/fc', 1);
  slots.release('n/a');
  slots.leave('n/fb');
  assert.deepEqual(woken, ['n/fb', 'n/fc']);
});

test('Jobs of before the start count', () => {
  const { slots, tell } = slotsWithJobs();
  tell('added', 'old');
  assert.ok(!slots.take('n/a', 'n/fa', 1));
});
