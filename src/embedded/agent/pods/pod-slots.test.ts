import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../kinds.ts';
import { PodSlots } from './pod-slots.ts';

type Resources = Container['resources'];
const small = { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } };
const podOf = (...resources: Resources[]) => ({
  spec: { containers: resources.map((one, at) => ({ name: `c${at}`, ...(one && { resources: one }) })) },
});

/** Begins pods that do not end, and says which of them run. */
function started(slots: PodSlots, pods: readonly ReturnType<typeof podOf>[]): boolean[] {
  const { signal } = new AbortController();
  const runs = pods.map(() => false);
  for (const [at, pod] of pods.entries())
    void slots.run(pod as never, signal, () => {
      runs[at] = true;
      return new Promise(() => undefined);
    });
  return runs;
}

test('calls of functions neither wait for builds nor keep them waiting', async () => {
  const slots = new PodSlots(1);
  const build = podOf(undefined);
  const runs = started(slots, [...Array.from({ length: 9 }, () => podOf(small)), build, build]);
  await new Promise(setImmediate);
  assert.deepEqual(runs, [...Array.from({ length: 8 }, () => true), false, true, false]);
});

test('what does not say that it is small is not', async () => {
  const cases: Record<string, Resources[]> = {
    nothing: [undefined],
    'no limit': [{ requests: { cpu: '10m' } }],
    'no request': [{ limits: { memory: '128Mi' } }],
    'much memory': [{ ...small, limits: { memory: '1Gi' } }],
    'a core': [{ ...small, requests: { cpu: 1 } }],
    'no quantity': [{ ...small, requests: { cpu: 'few' } }],
    'one of two': [small, undefined],
  };
  for (const [what, resources] of Object.entries(cases)) {
    const runs = started(new PodSlots(1), [podOf(undefined), podOf(...resources)]);
    await new Promise(setImmediate);
    assert.deepEqual(runs, [true, false], what);
  }
});
