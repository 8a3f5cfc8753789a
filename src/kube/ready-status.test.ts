import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventInput } from './events.ts';
import type { KubeObject } from './objects.ts';
import { readyPatch, writeReady, type ReadyReport, type Reported } from './ready-status.ts';
import { WrittenObjects } from './written-objects.ts';

const now = Date.UTC(2026, 0, 1);
const object: Reported = {
  metadata: { namespace: 'n', name: 'a', uid: 'u', resourceVersion: '7', generation: 2 },
};
const ready = { state: 'ready', reason: 'Ready', message: 'it is there' } as const;

/** `object` with what a patch said. */
function patched(before: Reported, patch: { status: object } | null): Reported {
  return { ...before, status: { ...before.status, ...patch?.status } };
}

test('the patch has what changed, and is nothing where nothing did', () => {
  const first = readyPatch(object, { ...ready, fields: { url: 'x', none: undefined } }, now);
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: 'it is there',
    observedGeneration: 2,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const status = { observedGeneration: 2, conditions: [condition], message: 'it is there', url: 'x' };
  assert.deepEqual(first, { status });
  const stored = patched(object, first);
  assert.equal(readyPatch(stored, { ...ready, fields: { url: 'x', other: null } }, now + 1000), null);
  assert.deepEqual(readyPatch(stored, { ...ready, fields: { url: null } }, now), { status: { url: null } });
});

test('events tell another stage or another failure, and name the kind', async () => {
  const events: (EventInput & { kind: string | undefined })[] = [];
  let current = object;
  const resource = { group: 'g', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
  const client = {
    mergePatch: <T extends KubeObject>(_: unknown, _ref: unknown, patch: object): Promise<T> =>
      Promise.resolve(patched(current, patch as { status: object }) as unknown as T),
  };
  const record = ({ kind }: KubeObject, input: EventInput) => void events.push({ ...input, kind });
  const written = new WrittenObjects<Reported>();
  const writer = { client, resource, written, events: { record }, clock: { now: () => now } };
  const report = async (state: ReadyReport['state'], reason: string, message: string, isNoted = true) => {
    const signal = new AbortController().signal;
    await writeReady(writer, current, { state, reason, message, isNoted }, signal);
    current = patched(current, readyPatch(current, { state, reason, message }, now));
  };
  await report('underway', 'Building', 'one');
  await report('underway', 'Building', 'two');
  await report('underway', 'Pushing', 'it passes', false);
  await report('failed', 'Conflict', 'a');
  await report('failed', 'Conflict', 'b');
  await report('ready', 'Ready', 'c');
  assert.deepEqual(
    events.map(({ type, message, kind }) => `${type} ${message} ${kind}`),
    ['Normal one Thing', 'Warning a Thing', 'Warning b Thing', 'Normal c Thing'],
  );
});
