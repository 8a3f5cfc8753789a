import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { appliedAnnotation, readSamples } from './manifests.ts';

function document(name: string, image: string): string {
  return `apiVersion: build.kontain.app/v1\nkind: Image\nmetadata: {name: ${name}}\nspec: {image: "${image}", timeout: 5s}\n`;
}

test('samples come with absolute paths and a namespace, without those that were not built', () => {
  const root = mkdtempSync(join(tmpdir(), 'samples-'));
  const file = join(root, 'images.yaml');
  const index = join(root, 'images/one/index.json');
  mkdirSync(join(root, 'images/one'), { recursive: true });
  writeFileSync(index, 'first build');
  writeFileSync(file, `${document('one', 'oci:images/one')}---\n${document('two', 'oci:images/two')}`);
  const [one, ...others] = readSamples(file, root);
  assert.deepEqual(others, []);
  assert.deepEqual([one?.metadata.name, one?.metadata.namespace], ['one', 'default']);
  assert.deepEqual(one?.spec, { image: `oci:${root}/images/one`, timeout: '5s' });

  const applied = () => readSamples(file, root)[0]?.metadata.annotations?.[appliedAnnotation];
  const before = applied();
  assert.equal(applied(), before);
  writeFileSync(index, 'second build');
  assert.notEqual(applied(), before, 'a new build is applied again');
  rmSync(root, { recursive: true });
});
