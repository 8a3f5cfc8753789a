import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkAnnotations, networkOf } from './container-network.ts';

test('each container has the network of its annotation, and what every pod has without one', () => {
  const annotations = networkAnnotations({ build: 'platform', compile: 'none' });
  assert.equal(networkOf(annotations, 'build'), 'platform');
  assert.equal(networkOf(annotations, 'compile'), 'none');
  assert.equal(networkOf(annotations, 'install'), 'internet');
  assert.equal(networkOf(undefined, 'install'), 'internet');
});

test('a word that is not known is no network', () => {
  for (const word of ['host', '', 'constructor'])
    assert.equal(networkOf({ 'network.kontain.app/a': word }, 'a'), undefined);
});
