import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { freePorts } from '../../../test/helpers/free-ports.ts';
import { startProgram } from '../../../test/helpers/program.ts';
import { readAuthFiles } from '../../oci/registry-auth.ts';

async function upload(port: unknown, auth?: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/v2/ns/fn/blobs/uploads/`, {
    method: 'POST',
    ...(auth === undefined ? {} : { headers: { authorization: `Basic ${auth}` } }),
  });
  await response.body?.cancel();
  return response.status;
}

test('it serves on loopback, keeps what it has over a restart, and ends with its program', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const [port = 0] = await freePorts(1);
    const authFile = join(folder, 'auth.json');
    const args = ['--folder', folder, '--port', String(port), '--auth-file', authFile];
    const first = await startProgram('embedded-registry', args);
    const auth = (await readAuthFiles(authFile)).get(`127.0.0.1:${port}`);
    assert.equal(await upload(port, auth), 202);
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
    assert.equal(await upload(port, auth), 202, 'the login is that of before');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a program that does not start is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const args = ['--folder', folder, '--port', '1', '--auth-file', join(folder, 'auth.json')];
  await assert.rejects(startProgram('embedded-registry', [...args, '--program', 'false']), /ended with/);
  rmSync(folder, { recursive: true });
});

test('without the login, or with another one, nothing is read or written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const [port = 0] = await freePorts(1);
    const authFile = join(folder, 'auth.json');
    const args = ['--folder', folder, '--port', String(port), '--auth-file', authFile];
    await using _ = await startProgram('embedded-registry', args);
    const wrong = Buffer.from('kontain:wrong').toString('base64');
    for (const auth of [undefined, wrong]) {
      assert.equal(await upload(port, auth), 401);
      const headers: Record<string, string> = auth === undefined ? {} : { authorization: `Basic ${auth}` };
      for (const path of ['', '_catalog', 'kontain/python3.11/manifests/latest'])
        assert.equal((await fetch(`http://127.0.0.1:${port}/v2/${path}`, { headers })).status, 401, path);
    }
    assert.equal(statSync(authFile).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'htpasswd')).mode & 0o777, 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
