import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { freePorts } from '../../../test/helpers/free-ports.ts';
import { startProgram } from '../../../test/helpers/program.ts';

async function upload(port: unknown): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/v2/ns/fn/blobs/uploads/`, {
    method: 'POST',
  });
  await response.body?.cancel();
  return response.status;
}

test('it serves on loopback, keeps what it has over a restart, and ends with its program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const [port = 0] = await freePorts(1);
    const args = ['--folder', folder, '--port', String(port)];
    const first = await startProgram('embedded-registry', args);
    assert.equal(await upload(port), 202);
    process.kill(first.pid, 'SIGKILL');
    await first[Symbol.asyncDispose]();
    await eventually('the registry died with it', () =>
      upload(port).then(
        () => false,
        () => true,
      ),
    );
    await using second = await startProgram('embedded-registry', args);
    assert.equal(second.ready['port'], port);
    assert.equal(await upload(port), 202);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a program that does not start is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  await assert.rejects(
    startProgram('embedded-registry', ['--folder', folder, '--port', '1', '--program', 'false']),
    /ended with/,
  );
  rmSync(folder, { recursive: true });
});
