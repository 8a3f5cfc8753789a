import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beside } from './beside.ts';

test('sources start sources, bundles start bundles', () => {
  const source = { dirname: '/project/src/oci', filename: '/project/src/oci/pool.ts' };
  assert.equal(beside(source, 'worker'), '/project/src/oci/worker.ts');
  const bundle = { dirname: '/project/build/programs', filename: '/project/build/programs/downloader.js' };
  assert.equal(beside(bundle, 'worker'), '/project/build/programs/worker.js');
});
