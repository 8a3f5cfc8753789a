import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PlatformError } from '../../lib/errors.ts';
import { homeAt } from './home.ts';
import { checkCallPort, choosePort } from './ports.ts';

async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

test('a taken port is a conflict that names the port and KONTAIN_PORT', async () => {
  using taken = await takenPort();
  await assert.rejects(checkCallPort(taken.port), (error) => {
    assert.ok(error instanceof PlatformError);
    assert.equal(error.code, 'conflict');
    assert.match(error.message, new RegExp(String(taken.port)));
    assert.match(error.hint ?? '', /KONTAIN_PORT=/);
    return true;
  });
});

test("the API server's port stays the same, unless somebody else has it or the file is damaged", async () => {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'home-')));
  const first = await choosePort(home.apiPort);
  assert.equal(await choosePort(home.apiPort), first);
  using taken = await takenPort();
  writeFileSync(home.apiPort, `${taken.port}\n`);
  const other = await choosePort(home.apiPort);
  assert.notEqual(other, taken.port);
  assert.equal(readFileSync(home.apiPort, 'utf8'), `${other}\n`);
  writeFileSync(home.apiPort, 'nonsense');
  assert.ok((await choosePort(home.apiPort)) > 0);
  rmSync(home.root, { recursive: true });
});
