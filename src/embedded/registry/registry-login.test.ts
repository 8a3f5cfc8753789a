import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyPassword } from '../../lib/htpasswd/verify-password.ts';
import { readAuthFiles } from '../../oci/registry-auth.ts';
import { makeLogin } from './registry-login.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'login-'));
  const files = { authFile: join(folder, 'auth.json'), htpasswd: join(folder, 'htpasswd') };
  return {
    ...files,
    async login(registry: string): Promise<string> {
      await makeLogin({ ...files, registry });
      const auth = (await readAuthFiles(files.authFile)).get(registry) ?? '';
      return Buffer.from(auth, 'base64').toString('utf8');
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test('a login is kept over starts, also for another port; the registry has its hash', async () => {
  using it = place();
  const first = await it.login('127.0.0.1:5000');
  assert.match(first, /^kontain:[\w-]{32}$/);
  assert.equal(await it.login('127.0.0.1:5001'), first);
  assert.equal((await readAuthFiles(it.authFile)).size, 1);
  const [user = '', hash = ''] = readFileSync(it.htpasswd, 'utf8').trim().split(':');
  assert.ok(verifyPassword(hash, first.slice(user.length + 1)));
});

for (const content of ['', '{}', 'no JSON', '{"auths":{"a":{"auth":"a29udGFpbjpzaG9ydA=="}}}'])
  test(`a file that says ${JSON.stringify(content)} is replaced`, async () => {
    using it = place();
    writeFileSync(it.authFile, content);
    assert.match(await it.login('127.0.0.1:5000'), /^kontain:[\w-]{32}$/);
  });
