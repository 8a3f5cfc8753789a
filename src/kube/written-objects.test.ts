import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrittenObjects } from './written-objects.ts';

const version = (resourceVersion: string) => ({
  metadata: { namespace: 'n', name: 'a', uid: 'u', resourceVersion },
});

test('our own writes count until the watch has caught up or brings something newer', () => {
  const written = new WrittenObjects();
  const [one, two, three, four] = ['1', '2', '3', '4'].map(version) as [
    ReturnType<typeof version>,
    ...ReturnType<typeof version>[],
  ];
  assert.equal(written.latest(one), one);
  written.wrote(one, two!);
  written.wrote(two!, three!);
  assert.equal(written.latest(one), three);
  assert.equal(written.latest(two!), three);
  assert.equal(written.latest(four!), four);
  assert.equal(written.latest(one), one, 'forgotten once it was overtaken');
});
