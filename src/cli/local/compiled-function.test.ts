import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goBuild as ofImage } from '../../../scripts/images/compiled-languages.ts';
import { goBuild } from './compiled-function.ts';

test('Go is compiled here as in the image', () => {
  const here = Object.entries(goBuild).map(([name, value]) => `${name}=${value}`);
  const there = ofImage.filter((line) => !line.startsWith('PATH='));
  assert.deepEqual(here, there);
});
