import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import { LocalProcess } from './local-process.ts';

const silent = { stdout: { write: () => true }, stderr: { write: () => true } };
const env = { PATH: process.env['PATH'] ?? '' };
const server = 'http.server.test(http.server.SimpleHTTPRequestHandler, port=PORT, bind="127.0.0.1")';

async function listener() {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => other.close(resolve)) };
}

test('a function does not listen because another program has taken its port', async () => {
  const other = await listener();
  await using process = new LocalProcess({ argv: ['sleep', '2'], env, folder: '/' }, silent);
  assert.equal(await process.listening(other.port, systemClock), false, 'it ended, and never listened');
  await other.close();
});

for (const [what, argv] of [
  ['it', ['python3', '-c']],
  ['a process that it started', ['sh', '-c', 'python3 -c "$0"; true']],
] as const)
  test(`it listens once ${what} does`, async () => {
    const { port, close } = await listener();
    await close();
    const program = `import http.server\n${server.replace('PORT', String(port))}`;
    const command: [string, ...string[]] = [...argv, program];
    const options = { withChildren: true };
    await using process = new LocalProcess({ argv: command, env, folder: '/tmp' }, silent, options);
    assert.equal(await process.listening(port, systemClock), true);
  });
