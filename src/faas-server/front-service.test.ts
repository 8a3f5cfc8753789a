import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { suite, test } from 'node:test';
import { bundleRoute, routesDocument } from '../../test/helpers/bundle-routes.ts';
import { FrontHarness, frontLimits } from '../../test/helpers/front-harness.ts';
import { echo, requestHead, respond } from '../../test/helpers/inline-functions.ts';
import type { InlineFunction } from '../../test/helpers/inline-driver.ts';
import { readAll } from '../../test/helpers/raw-http.ts';
import { makeCertificate } from '../../test/helpers/test-certificates.ts';
import { tlsCall } from '../../test/helpers/tls-call.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLogger } from '../lib/log.ts';
import { FrontService } from './front-service.ts';

const certificate = makeCertificate('fn.example');

/** Answers half of what it announces, and dies. */
const dies: InlineFunction = async ({ socket, exit }) => {
  await requestHead(socket);
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
  exit({ code: 1 });
};

interface Service extends AsyncDisposable {
  front: FrontHarness;
  service: FrontService;
  tlsPort: number;
}

async function serve(
  functions: Record<string, InlineFunction>,
  limits: Partial<typeof frontLimits> = {},
): Promise<Service> {
  const front = await FrontHarness.start({ functions });
  const service = new FrontService({
    config: {
      host: '127.0.0.1',
      port: 0,
      tlsPort: 0,
      cors: { enabled: false, except: [] },
      front: { ...frontLimits, ...limits },
      drain: { delayMs: 0, graceMs: 5000 },
    },
    broker: front.broker,
    routes: front.routes,
    reserved: () => Promise.resolve({ status: 200, contentType: 'text/plain', body: '' }),
    killCalls: () => front.broker.killAll(),
    ids: { uuid: randomUUID },
    clock: systemClock,
    log: silentLogger,
  });
  const { tlsPort = 0 } = await service.listen();
  const route = bundleRoute({
    host: 'fn.example',
    https: true,
    certificate: { chain: certificate.chain, key: certificate.key },
  });
  front.routes.set({ namespace: 'default', name: 'fn', document: routesDocument([route]) });
  const stop = async (): Promise<void> => {
    await service.drain();
    await front[Symbol.asyncDispose]();
  };
  return { front, service, tlsPort, [Symbol.asyncDispose]: stop };
}

async function tlsSocket(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'fn.example', ca: certificate.chain });
  await once(socket, 'secureConnect');
  return socket;
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: fn.example\r\nConnection: close\r\n\r\n`;

suite('the TLS port', () => {
  test('serves the same calls, and tells functions that it was HTTPS', async () => {
    await using at = await serve({ fn: echo });
    const { status, body } = await tlsCall(at.tlsPort, 'fn.example', certificate.chain, '/x');
    assert.equal(status, 200);
    assert.match(body, /^GET \/x HTTP[^]*X-Forwarded-Proto: https\r\n/);
  });

  test('another certificate counts from the next connection on, and without a route there is none', async () => {
    await using at = await serve({ fn: echo });
    const renewed = makeCertificate('fn.example');
    const route = bundleRoute({ host: 'fn.example', certificate: renewed });
    at.front.routes.set({ namespace: 'default', name: 'fn', document: routesDocument([route]) });
    assert.equal((await tlsCall(at.tlsPort, 'fn.example', renewed.chain)).status, 200);
    await assert.rejects(tlsCall(at.tlsPort, 'fn.example', certificate.chain));
    at.front.routes.set({ namespace: 'default', name: 'fn', document: undefined });
    await assert.rejects(tlsCall(at.tlsPort, 'fn.example', renewed.chain));
  });

  test('an answer that breaks off ends the connection without a sound end', async () => {
    await using at = await serve({ fn: dies });
    const socket = await tlsSocket(at.tlsPort);
    socket.write(request('/'));
    const text = await readAll(socket);
    assert.match(text, /half$/);
  });

  test('what is no TLS, no HTTP, or nothing at all disturbs nobody', async () => {
    await using at = await serve({ fn: echo }, { headersTimeoutMs: 3000 });
    for (const bytes of [
      'GET / HTTP/1.1\r\nHost: fn.example\r\n\r\n',
      '\x16\x03\x01\x00\x05hello',
      '\0'.repeat(5000),
    ]) {
      const socket = connectPlain({ port: at.tlsPort, host: '127.0.0.1' });
      socket.end(bytes, 'latin1');
      await readAll(socket);
    }
    const silent = connectPlain({ port: at.tlsPort, host: '127.0.0.1' });
    await readAll(silent);
    const garbage = await tlsSocket(at.tlsPort);
    garbage.write('\0\0\0\r\n\r\n');
    assert.match(await readAll(garbage), /^HTTP\/1\.1 400 /);
    const upgrade = await tlsSocket(at.tlsPort);
    upgrade.write('GET / HTTP/1.1\r\nHost: fn.example\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    assert.match(await readAll(upgrade), /^HTTP\/1\.1 501 /);
    assert.equal((await tlsCall(at.tlsPort, 'fn.example', certificate.chain)).status, 200);
  });

  test('connections that never begin to speak TLS make room for callers; one whose call is served keeps its own', async () => {
    const release = Promise.withResolvers<void>();
    const slow: InlineFunction = async (kontainer) => {
      await release.promise;
      await echo(kontainer);
    };
    await using at = await serve({ fn: slow }, { connections: 4 });
    const inFlight = tlsCall(at.tlsPort, 'fn.example', certificate.chain);
    while (at.front.driver.alive.size === 0) await systemClock.sleep(2);
    const silent = Array.from({ length: 20 }, () => connectPlain({ port: at.tlsPort, host: '127.0.0.1' }));
    for (const socket of silent) socket.on('error', () => undefined);
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const late = tlsCall(at.tlsPort, 'fn.example', certificate.chain);
    while (at.front.driver.alive.size === 1) await systemClock.sleep(2);
    release.resolve();
    assert.deepEqual([(await inFlight).status, (await late).status], [200, 200]);
    for (const socket of silent) socket.destroy();
  });

  test('ends in good order: a call in flight finishes', async () => {
    const release = Promise.withResolvers<void>();
    const slow: InlineFunction = async (kontainer) => {
      await release.promise;
      await respond('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow')(kontainer);
    };
    await using at = await serve({ fn: slow });
    const call = tlsCall(at.tlsPort, 'fn.example', certificate.chain);
    while (at.front.driver.alive.size === 0) await systemClock.sleep(2);
    const drained = at.service.drain();
    release.resolve();
    assert.equal((await call).body, 'slow');
    await drained;
  });
});
