import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../test/helpers/inline-driver.ts';
import { echo, requestHead, respond } from '../../../test/helpers/inline-functions.ts';
import { rawExchange, rawSocket, readAll, readUntil } from '../../../test/helpers/raw-http.ts';
import { builtin } from '../../lib/builtin.ts';

const { request: httpRequest } = builtin('node:http');

const mebibyte = 1024 * 1024;

/** Sends back each byte of the body as it comes, as one body without length. */
const mirror: InlineFunction = async ({ socket, exit }) => {
  const head = await requestHead(socket);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n');
  let bytes = 0;
  const back = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (!socket.write(chunk)) socket.pause();
    if (bytes === length) exit({ code: 0 });
  };
  socket.on('drain', () => socket.resume());
  back(Buffer.from(head.slice(head.indexOf('\r\n\r\n') + 4), 'latin1'));
  socket.on('data', back);
};

suite('streaming', () => {
  test('32 MiB pass both ways unchanged', async () => {
    await using front = await FrontHarness.start({ functions: { mirror }, limits: { bodyBytes: 0 } });
    const body = randomBytes(32 * mebibyte);
    const response = await fetch(front.url('/default/mirror'), { method: 'POST', body });
    const back = Buffer.from(await response.arrayBuffer());
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    assert.equal(digest(back), digest(body));
    const { record } = await front.over();
    assert.deepEqual([record.bytesIn, record.bytesOut], [body.length, body.length]);
  });

  test('the first bytes of an answer do not wait for the last', async () => {
    const release = Promise.withResolvers<void>();
    const slow: InlineFunction = async ({ socket, exit }) => {
      await requestHead(socket);
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n');
      await release.promise;
      socket.write('4\r\nlast\r\n0\r\n\r\n');
      exit({ code: 0 });
    };
    await using front = await FrontHarness.start({ functions: { slow } });
    const socket = await rawSocket(front.port);
    socket.write('GET /default/slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await readUntil(socket, /first/);
    release.resolve();
    assert.match(await readAll(socket), /last\r\n0\r\n\r\n$/);
  });

  test('trailers pass both ways', async () => {
    const trailing: InlineFunction = async ({ socket, exit }) => {
      const head = await requestHead(socket);
      const seen = /0\r\nX-Sum: 1\r\n\r\n$/i.test(head)
        ? head
        : head + (await readUntil(socket, /x-sum: 1\r\n\r\n/i));
      assert.match(seen, /trailer: x-sum/i);
      socket.write(
        'HTTP/1.1 200 OK\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-End: 2\r\n\r\n',
      );
      exit({ code: 0 });
    };
    await using front = await FrontHarness.start({ functions: { trailing } });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'Transfer-Encoding': 'chunked', Trailer: 'X-Sum' };
      const request = httpRequest(front.url('/default/trailing'), { method: 'POST', headers }, resolve);
      request.on('error', reject);
      request.addTrailers({ 'X-Sum': '1' });
      request.end('body');
    });
    for await (const _ of response);
    assert.equal(response.trailers['x-end'], '2');
  });

  test('only chunks announce trailers: they have none without', async () => {
    const announces = (framing: string): InlineFunction =>
      respond(`HTTP/1.1 200 OK\r\nTrailer: X-End\r\n${framing}`);
    await using front = await FrontHarness.start({
      functions: {
        length: announces('Content-Length: 2\r\n\r\nok'),
        close: announces('\r\nok'),
        chunks: announces('Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-End: 1\r\n\r\n'),
      },
    });
    const ask = (name: string, version = '1.1', method = 'GET'): Promise<string> =>
      rawExchange(
        front.port,
        `${method} /default/${name} HTTP/${version}\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
    for (const answer of [await ask('length'), await ask('close'), await ask('chunks', '1.0')]) {
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n(?![\s\S]*Trailer)[\s\S]*ok/);
    }
    assert.match(await ask('chunks', '1.1', 'HEAD'), /^HTTP\/1\.1 200 OK\r\n(?![\s\S]*Trailer)/);
    assert.match(await ask('chunks'), /Trailer: X-End\r\n[\s\S]*0\r\nX-End: 1\r\n\r\n$/);
  });

  test('a body in many small chunks reaches the function in few', async () => {
    await using front = await FrontHarness.start({ functions: { echo } });
    const request = `POST /default/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = await rawExchange(front.port, `${request}${'1\r\na\r\n'.repeat(1000)}0\r\n\r\n`);
    const seen = answer.slice(answer.indexOf('\r\n\r\nPOST') + 4).split('\r\n\r\n')[1] ?? '';
    assert.equal(seen.match(/a/g)?.length, 1000);
    assert.ok((seen.match(/\r\n/g)?.length ?? 0) < 20, seen);
  });

  test('HEAD, 204 and 304 have no body, and keep the headers that describe one', async () => {
    await using front = await FrontHarness.start({
      functions: {
        head: respond('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n'),
        none: respond('HTTP/1.1 204 No\r\n\r\n'),
        same: respond('HTTP/1.1 304 Same\r\nETag: "a"\r\n\r\n'),
      },
    });
    const ask = (method: string, name: string): Promise<string> =>
      rawExchange(front.port, `${method} /default/${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(await ask('HEAD', 'head'), /Content-Length: 100\r\n[\s\S]*\r\n\r\n$/);
    assert.match(await ask('GET', 'none'), /^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/);
    assert.match(await ask('GET', 'same'), /^HTTP\/1\.1 304 [\s\S]*ETag: "a"[\s\S]*\r\n\r\n$/);
    assert.match(await ask('HEAD', 'unknown'), /^HTTP\/1\.1 404 [\s\S]*\r\n\r\n$/);
  });

  test('a connection is used again', async () => {
    await using front = await FrontHarness.start({ functions: { echo } });
    const socket = await rawSocket(front.port);
    for (const number of [1, 2, 3]) {
      socket.write(`POST /default/echo?${number} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nend`);
      assert.match(await readUntil(socket, /\r\n\r\nPOST[\s\S]*end$/), /^HTTP\/1\.1 200 /);
    }
    socket.destroy();
  });

  test('CORS preflight is answered here, as the function may switch off', async () => {
    const cors = { enabled: true, except: ['default/own'] };
    await using front = await FrontHarness.start({ functions: { echo, own: echo }, front: { cors } });
    const ask = {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'x-a' },
    };
    const answer = await fetch(front.url('/default/echo'), ask);
    assert.equal(answer.headers.get('access-control-allow-methods'), 'PUT');
    assert.equal(answer.headers.get('access-control-allow-headers'), 'x-a');
    assert.equal(front.driver.started, 0);
    const own = await fetch(front.url('/default/own'), ask);
    assert.match(await own.text(), /^OPTIONS \/ HTTP/);
    assert.equal(own.headers.get('access-control-allow-origin'), null);
  });

  test('host routes come before paths, reserved paths behind host routes', async () => {
    await using front = await FrontHarness.start({ functions: { echo } });
    const ask = (host: string, path: string): Promise<string> =>
      rawExchange(front.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.match(await ask('echo.default', '/healthz'), /\r\n\r\nGET \/healthz HTTP/);
    assert.match(await ask('ECHO.Default.svc.cluster.local.:80', '/a'), /\r\n\r\nGET \/a HTTP/);
    assert.match(await ask('none.default.svc', '/healthz'), /server \/healthz$/);
    assert.match(await ask('none.default.svc', '/default/echo/b'), /\r\n\r\nGET \/b HTTP/);
    assert.match(await ask('127.0.0.1:1', '/metrics'), /server \/metrics$/);
  });
});
