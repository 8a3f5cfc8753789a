import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { startProgram } from '../../../test/helpers/program.ts';

async function upload(port: unknown): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/v2/ns/fn/blobs/uploads/`, {
    method: 'POST',
  });
  await response.body?.cancel();
  return response.status;
}

test('it serves on loopback, keeps its port over a restart, and ends with its program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const first = await startProgram('embedded-registry', ['--folder', folder]);
    const { port } = first.ready;
    assert.equal(await upload(port), 202);
    assert.equal(readFileSync(join(folder, 'port'), 'utf8'), `${String(port)}\n`);
    process.kill(first.pid, 'SIGKILL');
    await first[Symbol.asyncDispose]();
    await eventually('the registry died with it', () =>
      upload(port).then(
        () => false,
        () => true,
      ),
    );
    await using second = await startProgram('embedded-registry', ['--folder', folder]);
    assert.equal(second.ready['port'], port);
    assert.equal(await upload(port), 202);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a program that does not start is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  await assert.rejects(
    startProgram('embedded-registry', ['--folder', folder, '--program', 'false']),
    /ended with/,
  );
  rmSync(folder, { recursive: true });
});
