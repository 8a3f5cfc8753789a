import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearestWord } from './nearest-word.ts';

test('the word that was meant, or none', () => {
  const words = ['memory', 'timeout', 'time-zone', 'cpu'];
  assert.equal(nearestWord('memroy', words), 'memory');
  assert.equal(nearestWord('timout', words), 'timeout');
  assert.equal(nearestWord('TIMEZONE', words), 'time-zone');
  assert.equal(nearestWord('mem', words), 'memory');
  assert.equal(nearestWord('cpu-limit', words), 'cpu');
  assert.equal(nearestWord('cup', words), undefined);
  assert.equal(nearestWord('replicas', words), undefined);
});

test('any one mistake in a long word is seen through', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 30 }), fc.nat({ max: 29 }), (word, at) => {
      const missing = word.slice(0, at % word.length) + word.slice((at % word.length) + 1);
      assert.equal(nearestWord(missing, [word]), word);
    }),
  );
});
