import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { conventionOf, startRuntime, type Mode, type Runtime } from './runtime-process.ts';

export function loadingContract(runtime: Runtime, mode: Mode): void {
  async function assertRefused(candidate: Runtime, handler: string, message: RegExp): Promise<void> {
    await using process = await startRuntime(candidate, handler, mode);
    assert.equal(await process.exited, 1);
    const [first = ''] = process.output().stderr.split('\n');
    assert.match(first, /^Cannot load the function: /);
    assert.match(first, message);
  }

  test('a module that is not there: one clear line, and exit code 1', () =>
    assertRefused(runtime, 'missing.handler', /no module 'missing'/));

  test('a function that is not there: one clear line, and exit code 1', () =>
    assertRefused(runtime, 'kinds.missing', /no function 'missing'/));

  test('a module that does not parse: one clear line, and exit code 1', async () => {
    const functions = mkdtempSync(join(tmpdir(), 'runtime-'));
    try {
      const { source, message } = conventionOf(runtime).broken;
      writeFileSync(join(functions, `broken${runtime.suffix}`), source);
      await assertRefused({ ...runtime, functions }, 'broken.handler', message);
    } finally {
      rmSync(functions, { recursive: true });
    }
  });
}
