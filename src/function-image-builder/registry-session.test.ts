import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Socket, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setImmediate } from 'node:timers/promises';
import { makeCertificate, type TestCertificate } from '../../test/helpers/test-certificates.ts';
import { RegistrySession } from './registry-session.ts';

async function registry(stack: AsyncDisposableStack, answer: RequestListener, tls?: TestCertificate) {
  const server =
    tls === undefined ? createServer(answer) : createTlsServer({ cert: tls.chain, key: tls.key }, answer);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const stop = new AbortController();
  const name = tls === undefined ? '127.0.0.1' : 'localhost';
  const host = `${name}:${(server.address() as AddressInfo).port}`;
  const insecure = tls === undefined;
  const session = new RegistrySession({ registry: host, insecure, auth: 'dTpw', signal: stop.signal });
  stack.use(session);
  return { session, sockets, host, stop };
}

test('requests have the login, bodies arrive whole, connections are used again', async () => {
  await using stack = new AsyncDisposableStack();
  const seen: string[] = [];
  const { session, sockets } = await registry(stack, (request, response) => {
    void buffer(request).then((body) => {
      const { method = '', url = '', headers } = request;
      seen.push(`${method} ${url} ${headers.authorization ?? ''} ${headers['x-a'] as string} ${body.length}`);
      // Without a length it comes in chunks.
      response.writeHead(201, { location: '/next?a=b' }).write('x'.repeat(100_000));
      response.end('y');
    });
  });
  const folder = mkdtempSync(join(tmpdir(), 'session-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'blob');
  writeFileSync(file, Buffer.alloc(3_000_000));
  const headers = { 'x-a': 'b' };
  for (const body of [undefined, Buffer.from('äö'), { file, size: 3_000_000 }]) {
    const answer = await session.send({
      method: 'PUT',
      path: '/v2/a?b=c',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    assert.deepEqual([answer.status, answer.location, answer.body.length], [201, '/next?a=b', 100_001]);
  }
  assert.deepEqual(
    seen,
    [0, 4, 3_000_000].map((size) => `PUT /v2/a?b=c Basic dTpw b ${size}`),
  );
  assert.equal(sockets.size, 1);
  await Promise.all(Array.from({ length: 12 }, () => session.send({ method: 'GET', path: '/' })));
  assert.ok(sockets.size <= 4);
});

test('over TLS only with a registry that somebody known vouches for', async () => {
  await using stack = new AsyncDisposableStack();
  const certificate = makeCertificate('localhost');
  const answer: RequestListener = ({ url }, response) => void response.end(url);
  const { session, sockets } = await registry(stack, answer, certificate);
  await assert.rejects(session.send({ method: 'GET', path: '/a' }), /certificate/);
  const known = getCACertificates();
  setDefaultCACertificates([certificate.chain]);
  stack.defer(() => setDefaultCACertificates(known));
  for (const path of ['/a', '/b'])
    assert.equal((await session.send({ method: 'GET', path })).body.toString(), path);
  assert.equal(sockets.size, 2);
});

test('a connection that the registry gave up meanwhile is not waited for', async () => {
  await using stack = new AsyncDisposableStack();
  const { session, sockets } = await registry(stack, (_, response) => void response.end());
  await session.send({ method: 'GET', path: '/' });
  const [first] = sockets;
  const closed = once(first ?? new Socket(), 'close');
  first?.destroy();
  await closed;
  // Both ends are in this process: the client's is told in the next turn.
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  await session.send({ method: 'GET', path: '/' });
  assert.equal(sockets.size, 2);
});

test('a location elsewhere is none, and a connection that the registry closes is not used again', async () => {
  await using stack = new AsyncDisposableStack();
  const { session, sockets } = await registry(stack, (_, response) => {
    response.writeHead(307, { location: 'http://example.org/x', connection: 'close' }).end();
  });
  for (const _ of [1, 2])
    assert.equal((await session.send({ method: 'GET', path: '/' })).location, undefined);
  assert.equal(sockets.size, 2);
});

test('answers that are no HTTP, too large, broken off or that do not come are failures', async () => {
  await using stack = new AsyncDisposableStack();
  const { session, stop } = await registry(stack, ({ url, socket }, response) => {
    if (url === '/nonsense') socket.end('nonsense\r\n\r\n');
    else if (url === '/large') response.end(Buffer.alloc(5_000_000));
    else if (url === '/short')
      response.writeHead(200, { 'content-length': 9 }).write('x', () => socket.destroy());
  });
  const send = (path: string) => session.send({ method: 'GET', path });
  await assert.rejects(send('/nonsense'), /status line/);
  await assert.rejects(send('/large'), /too large/);
  await assert.rejects(send('/short'), /closed/);
  await assert.rejects(send('/a\r\nx: y'), /control characters/);
  const hanging = send('/hangs');
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(hanging, /too long/);
});
