import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { ObjectStore } from '../store/object-store.ts';
import { servingCertificate, type ServingCertificate } from './security/certificates.ts';
import { ApiServer } from './server.ts';

interface Answer {
  code: number;
  body: { reason?: string; metadata?: { resourceVersion?: string; continue?: string } };
}

suite('API server with a short memory', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-api-unit-'));
  const store = new ObjectStore({
    file: join(folder, 'state.sqlite'),
    history: { maxChanges: 10, maxBytes: 1 << 20 },
  });
  let certificate: ServingCertificate;
  let server: ApiServer;
  let url = '';
  before(async () => {
    certificate = await servingCertificate(folder, systemClock);
    server = new ApiServer({
      store,
      certificate,
      token: 'secret',
      clock: systemClock,
      newUid: randomUUID,
      log: silentLogger,
      home: folder,
      proxyTargets: new Map(),
    });
    url = await server.listen(0);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    store[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  const call = (method: string, path: string, body?: object): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { Authorization: 'Bearer secret', Connection: 'close' };
    const message = request(url + path, { method, ca: certificate.ca, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }),
      );
    });
    message.on('error', reject).end(body && JSON.stringify(body));
    return promise;
  };
  const path = '/api/v1/namespaces/default/configmaps';
  const write = async (): Promise<void> => {
    for (let count = 0; count < 30; count += 1)
      await call('POST', path, { metadata: { generateName: 'n-' } });
  };

  test('watches, pages and lists from before its memory are 410 Expired, so that clients start again', async () => {
    await write();
    const { body } = await call('GET', `${path}?limit=1`);
    const version = String(body.metadata?.resourceVersion);
    await write();
    const queries = [
      `watch=true&resourceVersion=${version}`,
      `limit=1&continue=${String(body.metadata?.continue)}`,
      `resourceVersion=${version}&resourceVersionMatch=Exact`,
    ];
    for (const query of queries) {
      const { code, body: status } = await call('GET', `${path}?${query}`);
      assert.deepEqual([code, status.reason], [410, 'Expired'], query);
    }
  });

  test('server-side apply is refused with a hint', async () => {
    await call('POST', path, { metadata: { name: 'apply' } });
    const { promise, resolve } = Promise.withResolvers<string>();
    const headers = { Authorization: 'Bearer secret', 'Content-Type': 'application/apply-patch+yaml' };
    request(
      `${url}${path}/apply?fieldManager=x`,
      { method: 'PATCH', ca: certificate.ca, headers },
      (response) => {
        response.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      },
    ).end('{}');
    const status = JSON.parse(await promise) as { code: number; message: string };
    assert.equal(status.code, 415);
    assert.match(status.message, /no server-side apply; use kubectl apply without --server-side/);
  });

  test('any address but loopback is refused', async () => {
    const other = new ApiServer({
      store,
      certificate,
      token: 'x',
      clock: systemClock,
      newUid: randomUUID,
      log: silentLogger,
      home: folder,
      proxyTargets: new Map(),
    });
    await assert.rejects(other.listen(0, '0.0.0.0'), { code: 'bad_request' });
  });
});
