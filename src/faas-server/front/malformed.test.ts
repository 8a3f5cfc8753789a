import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { echo } from '../../../test/helpers/inline-functions.ts';
import { rawExchange, rawSocket, readAll, readUntil } from '../../../test/helpers/raw-http.ts';

const host = 'Host: x\r\n';
const post = `POST /default/echo HTTP/1.1\r\n${host}`;

/** Requests that must never reach a function, with the status they get. */
const corpus: Record<string, [string, number]> = {
  'no HTTP at all': ['hello\r\n\r\n', 400],
  'TLS hello': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
  'HTTP/2 preface': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  'no version': ['GET /default/echo\r\n\r\n', 400],
  'HTTP/0.9 version': [`GET /default/echo HTTP/0.9\r\n${host}\r\n`, 400],
  'HTTP/1.2': [`GET /default/echo HTTP/1.2\r\n${host}\r\n`, 400],
  'no Host': ['GET /default/echo HTTP/1.1\r\n\r\n', 400],
  'two Hosts': [`GET /default/echo HTTP/1.1\r\n${host}${host}\r\n`, 400],
  'Host with path': ['GET /default/echo HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  'Host with user': ['GET /default/echo HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
  'space before colon': [`GET /default/echo HTTP/1.1\r\n${host}X : 1\r\n\r\n`, 400],
  'folded header': [`GET /default/echo HTTP/1.1\r\n${host}X: 1\r\n  2\r\n\r\n`, 400],
  'NUL in header': [`GET /default/echo HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`, 400],
  'bare CR in header': [`GET /default/echo HTTP/1.1\r\n${host}X: a\rb: c\r\n\r\n`, 400],
  'absolute target with user': [`GET http://u@x/default/echo HTTP/1.1\r\n${host}\r\n`, 400],
  'absolute target without host': [`GET http:///default/echo HTTP/1.1\r\n${host}\r\n`, 400],
  'fragment in target': [`GET /default/echo#x HTTP/1.1\r\n${host}\r\n`, 400],
  'bytes beyond ASCII in target': [`GET /default/echo\xff HTTP/1.1\r\n${host}\r\n`, 400],
  'broken percent-encoding': [`GET /default/ec%zzho HTTP/1.1\r\n${host}\r\n`, 400],
  'both lengths': [`${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  'two different lengths': [`${post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`, 400],
  'two equal lengths': [`${post}Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd`, 400],
  'list of lengths': [`${post}Content-Length: 4, 4\r\n\r\nabcd`, 400],
  'negative length': [`${post}Content-Length: -1\r\n\r\n`, 400],
  'length with sign': [`${post}Content-Length: +4\r\n\r\nabcd`, 400],
  'length in hexadecimal': [`${post}Content-Length: 0x4\r\n\r\nabcd`, 400],
  'length too large to count': [`${post}Content-Length: 99999999999999999999\r\n\r\n`, 400],
  'unknown coding': [`${post}Transfer-Encoding: gzip\r\n\r\n`, 400],
  'coding before chunked': [`${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
  'chunked twice': [`${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  'hidden chunked': [`${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  'chunked in HTTP/1.0': [
    `POST /default/echo HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  'chunk size with sign': [`${post}Transfer-Encoding: chunked\r\n\r\n+4\r\nabcd\r\n0\r\n\r\n`, 400],
  'chunk longer than its size': [`${post}Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n`, 400],
  TRACE: [`TRACE /default/echo HTTP/1.1\r\n${host}\r\n`, 405],
  CONNECT: ['CONNECT default:80 HTTP/1.1\r\nHost: default:80\r\n\r\n', 405],
  WebSocket: [
    `GET /default/echo HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\nextra`,
    501,
  ],
  'other expectation': [`${post}Expect: 200-maybe\r\nContent-Length: 4\r\n\r\n`, 417],
  'giant header': [`GET /default/echo HTTP/1.1\r\n${host}X: ${'a'.repeat(70_000)}\r\n\r\n`, 431],
  'giant target': [`GET /default/echo?${'a'.repeat(70_000)} HTTP/1.1\r\n${host}\r\n`, 431],
  'many headers': [`GET /default/echo HTTP/1.1\r\n${host}${'A: b\r\n'.repeat(20_000)}\r\n`, 431],
  'announced body too large': [`${post}Content-Length: 9999999\r\n\r\n`, 413],
};

suite('malformed and dangerous requests', async () => {
  const front = await FrontHarness.start({ functions: { echo } });

  for (const [name, [bytes, status]] of Object.entries(corpus)) {
    test(`${name}: ${status}, JSON, connection closed`, async () => {
      const answer = await rawExchange(front.port, bytes);
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(answer, /\r\nConnection: close\r\n/i);
      const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
      assert.equal(typeof body['code'], 'string');
      assert.equal(typeof body['requestId'], 'string');
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1);
    });
  }

  test('a smuggled request is never served', async () => {
    const smuggled = 'GET /default/echo?smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const bodies = [
      `${post}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`,
      `${post}Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
      `${post}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
      `${post}Connection: upgrade\r\nUpgrade: h2c\r\n\r\n${smuggled}`,
    ];
    for (const bytes of bodies) assert.doesNotMatch(await rawExchange(front.port, bytes), /GET \/\?smuggled/);
  });

  test('slow headers are cut after the headers timeout', async () => {
    await using hasty = await FrontHarness.start({ functions: { echo }, limits: { headersTimeoutMs: 500 } });
    const socket = await rawSocket(hasty.port);
    socket.write('GET /default/echo HTTP/1.1\r\nHost: x\r\nX: ');
    const answer = await readAll(socket);
    assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  test('requests sent ahead are answered in order, from one Kontainer each', async () => {
    const before = front.driver.started;
    const one = (number: number): string => `GET /default/echo?${number} HTTP/1.1\r\n${host}\r\n`;
    const last = `GET /default/echo?3 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
    const answer = await rawExchange(front.port, one(1) + one(2) + last);
    assert.deepEqual(answer.match(/GET \/\?\d/g), ['GET /?1', 'GET /?2', 'GET /?3']);
    assert.equal(front.driver.started, before + 3);
  });

  test('a connection that sends too many requests ahead is closed', async () => {
    const answer = await rawExchange(front.port, `GET /default/echo HTTP/1.1\r\n${host}\r\n`.repeat(50));
    assert.ok((answer.match(/HTTP\/1\.1 200/g)?.length ?? 0) < 50);
  });

  test('a malformed request behind a good one does not take the answer of the good one', async () => {
    const answer = await rawExchange(front.port, `GET /default/echo?good HTTP/1.1\r\n${host}\r\nbad\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*GET \/\?good[\s\S]*HTTP\/1\.1 400 /);
  });

  test('HTTP/1.0, absolute-form and OPTIONS * are understood', async () => {
    assert.match(await rawExchange(front.port, 'GET /default/echo HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
    const absolute = `GET http://other/default/echo/a?b HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
    assert.match(await rawExchange(front.port, absolute), /\r\n\r\nGET \/a\?b HTTP/);
    assert.match(
      await rawExchange(front.port, absolute),
      /\r\nHost: other\r\n[\s\S]*X-Forwarded-Host: other\r\n/,
    );
    const asterisk = `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
    assert.match(await rawExchange(front.port, asterisk), /^HTTP\/1\.1 200 /);
  });

  test('100-continue is sent after admission, and not for unknown functions', async () => {
    const socket = await rawSocket(front.port);
    socket.write(`${post}Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n`);
    const interim = await readUntil(socket, /\r\n\r\n/);
    assert.equal(interim, 'HTTP/1.1 100 Continue\r\n\r\n');
    const rest = readAll(socket);
    socket.write('body');
    assert.match(await rest, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nbody$/);
    const unknown = `POST /default/none HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 4\r\n\r\n`;
    assert.match(await rawExchange(front.port, unknown), /^HTTP\/1\.1 404 /);
  });

  test('afterwards everything is free', async () => {
    while (front.driver.alive.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual([front.admission.usage.memoryBytes, front.admission.usage.waiting], [0, 0]);
    await front[Symbol.asyncDispose]();
  });
});
