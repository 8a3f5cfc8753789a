import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inGroups } from './test-groups.ts';

test('each unit test is in one group, what else there is runs by itself, and old groups go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-groups-'));
  try {
    const units = Array.from({ length: 25 }, (_, index) => `src/lib/a${index}.test.ts`);
    const others = ['test/e2e/calls.test.ts', 'scripts/progress.test.ts'];
    inGroups([...units, ...units.map((name) => name.replace('lib', 'kube'))], folder);
    const files = inGroups([...others, ...units], folder);
    const groups = files.filter((file) => file.startsWith(folder));
    assert.deepEqual(
      files.filter((file) => !groups.includes(file)),
      others,
    );
    assert.deepEqual(readdirSync(folder), ['unit-1.mjs', 'unit-2.mjs', 'unit-3.mjs']);
    const text = groups.map((path) => readFileSync(path, 'utf8')).join('');
    const named = [...text.matchAll(/(src\/\S+\.test\.ts)"/g)].map(([, name]) => String(name));
    assert.deepEqual(named.toSorted(), units.toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
