import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock as clock } from '../lib/clock.ts';
import { readJson } from './http-body.ts';
import { Transport } from './transport.ts';

test('requests one after the other use connections again, whatever they do', async () => {
  await using stack = new AsyncDisposableStack();
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => void response.end('{}'));
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const connection = {
    server: `http://127.0.0.1:${port}`,
    namespace: 'default',
    tls: { insecure: false },
    credential: { kind: 'none' },
  } as const;
  const transport = stack.use(new Transport({ connection, clock, userAgent: 'test' }));
  const methods = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH'] as const;
  for (const method of [...methods, ...methods, ...methods]) {
    const { body } = await transport.send({ method, path: '/', ...(method === 'GET' ? {} : { body: '{}' }) });
    assert.deepEqual(await readJson(body), {});
  }
  // One that has just answered may be busy for another moment.
  assert.ok(sockets.size <= 2, String(sockets.size));
});

test('certificates that cannot be read are told before anything is sent', () => {
  const connection = {
    server: 'https://127.0.0.1:1',
    namespace: 'default',
    tls: { insecure: false, ca: 'no certificate', key: '-----BEGIN PRIVATE KEY-----' },
    credential: { kind: 'none' },
  } as const;
  assert.throws(() => new Transport({ connection, clock, userAgent: 'test' }), {
    code: 'invalid',
    message: /^the certificates or the key for https:\/\/127\.0\.0\.1:1 cannot be read: /,
  });
});
