import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { call, json } from '../helpers/e2e-call.ts';
import { assertRefused, Bystander } from '../helpers/e2e-hostile.ts';
import { Platform } from '../helpers/e2e-platform.ts';
import { kontainerProcesses } from '../helpers/e2e-processes.ts';
import { eventually } from '../helpers/eventually.ts';
import { processInfo } from '../helpers/processes.ts';
import { rawExchange, rawSocket, readAll } from '../helpers/raw-http.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { request } = builtin('node:http');

const settings = {
  KONTAIN_HEADERS_TIMEOUT_MS: '3000',
  KONTAIN_QUEUE_PER_FUNCTION: '2',
  KONTAIN_MAX_BODY_BYTES: '1000000',
  KONTAIN_CPU_BUDGET_MILLIS: '8000',
};

suite('a caller', () => {
  let platform: Platform;
  let bystander: Bystander;
  before(async () => {
    platform = await Platform.start(settings);
    const image = await platform.images.program('streams.c');
    const common = { image, protocol: 'cgi', start: 'template' };
    await platform.deploy({
      fn: common,
      one: { ...common, concurrency: 1, timeout: '3s' },
      patient: { ...common, concurrency: 1 },
      bystander: common,
    });
    for (const name of ['fn', 'one', 'patient', 'bystander'])
      assert.equal((await call(platform.url(name))).status, 200);
    bystander = new Bystander(platform, 'bystander');
  });
  after(() => platform[Symbol.asyncDispose]());

  /** Processes of calls to that path, at this moment. */
  const running = (path: string): number =>
    kontainerProcesses(platform).filter((pid) => processInfo(pid)?.comm === path).length;
  const raw = (text: string) => rawExchange(platform.instance.port, text.replaceAll('\n', '\r\n'));

  test('who goes away takes the Kontainer along', async () => {
    const abort = new AbortController();
    const calls = Array.from({ length: 5 }, () => call(platform.url('fn/wait'), { signal: abort.signal }));
    const gone = Promise.allSettled(calls);
    await eventually('five calls run', () => running('wait') === 5);
    abort.abort();
    await gone;
    await eventually('none runs', () => running('wait') === 0);
  });

  test('who holds as many calls of one function as it may have leaves room for others', async () => {
    const abort = new AbortController();
    const calls = Array.from({ length: 20 }, () => call(platform.url('fn/wait'), { signal: abort.signal }));
    const over = Promise.allSettled(calls);
    await eventually('they run', () => running('wait') >= 5);
    for (let round = 0; round < 3; round += 1)
      assert.equal((await call(platform.url('patient'))).status, 200);
    assert.ok(running('wait') >= 5, 'they are held still');
    abort.abort();
    await over;
    await eventually('none runs', () => running('wait') === 0);
  });

  test('who goes away in the middle of an endless answer takes the Kontainer along', async () => {
    const outgoing = request(platform.url('fn/produce?1000000')).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    await once(response, 'data');
    assert.equal(running('produce'), 1);
    outgoing.on('error', () => undefined).destroy();
    await eventually('it does not run', () => running('produce') === 0);
  });

  test('who does not read is given up when the timeout is over', async () => {
    const outgoing = request(platform.url('one/produce?1000')).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    await eventually('it does not run', () => running('produce') === 0);
    outgoing.on('error', () => undefined);
    await assert.rejects(buffer(response));
  });

  test('who sends half a body and goes away takes the Kontainer along', async () => {
    const socket = await rawSocket(platform.instance.port);
    socket.write('POST /default/fn/copy HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf');
    await eventually('it runs', () => running('copy') === 1);
    socket.destroy();
    await eventually('it does not run', () => running('copy') === 0);
  });

  test('beyond the concurrency waits for its turn', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => call(platform.url('patient'))));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
  });

  test('beyond the queue is told to come back, and when', async () => {
    const abort = new AbortController();
    const long = call(platform.url('patient/wait'), { signal: abort.signal }).catch(() => undefined);
    await eventually('it runs', () => running('wait') === 1);
    const queued = [1, 2].map(() => call(platform.url('patient')));
    await eventually('two wait', async () =>
      /^kontain_calls_waiting 2$/m.test((await call(platform.instance.url('/metrics'))).text),
    );
    const refused = await call(platform.url('patient'));
    assert.equal(refused.status, 429);
    assert.match(refused.headers['retry-after'] ?? '', /^\d+$/);
    assertRefused(refused, ['too_many_requests']);
    abort.abort();
    await long;
    assert.deepEqual(
      (await Promise.all(queued)).map(({ status }) => status),
      [200, 200],
    );
  });

  test('who waits for longer than the timeout is told so', async () => {
    const long = call(platform.url('one/wait'));
    await eventually('it runs', () => running('wait') === 1);
    const waited = await call(platform.url('one/wait'));
    assertRefused(await long, ['timeout']);
    assertRefused(waited, ['timeout']);
    assert.equal((await call(platform.url('one'))).status, 200);
  });

  test('who sends its request too slowly is cut off', async () => {
    const socket = await rawSocket(platform.instance.port);
    socket.write('GET /default/fn HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    assert.match(await readAll(socket), /^HTTP\/1\.1 408 |^$/);
  });

  test('who sends too much is refused', async () => {
    const answer = await call(platform.url('fn/copy'), { method: 'POST', body: Buffer.alloc(2_000_000) });
    assert.equal(answer.status, 413);
    assertRefused(answer, ['body_too_large']);
    const headers = { 'x-large': 'a'.repeat(100_000) };
    assertRefused(await call(platform.url('fn'), { headers }), ['headers_too_large']);
  });

  const smuggled: Record<string, string> = {
    'two lengths': 'POST /default/fn HTTP/1.1\nHost: x\nContent-Length: 1\nContent-Length: 2\n\nab',
    'a length and chunks':
      'POST /default/fn HTTP/1.1\nHost: x\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n',
    'chunks that are not last':
      'POST /default/fn HTTP/1.1\nHost: x\nTransfer-Encoding: chunked, identity\n\n0\n\n',
    'a chunk size that is none':
      'POST /default/fn/copy HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n+3\nabc\n0\n\n',
    'a folded header': 'GET /default/fn HTTP/1.1\nHost: x\nX-A: a\n b: c\n\n',
    'no host': 'GET /default/fn HTTP/1.1\n\n',
    'two hosts': 'GET /default/fn HTTP/1.1\nHost: x\nHost: y\n\n',
    garbage: '\u0000\u0001\u0002\n\n',
  };
  for (const [what, text] of Object.entries(smuggled))
    test(`who sends ${what} is refused, and its connection ends`, async () => {
      const answer = await raw(`${text}GET /default/bystander HTTP/1.1\nHost: x\nConnection: close\n\n`);
      assert.match(answer, /^HTTP\/1\.1 (400|501) /);
      assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, 'what came behind was not taken for a request');
    });

  for (const path of [
    '/default/../default/fn',
    '/default/%2e%2e/fn',
    '/default//fn',
    '/%00/fn',
    '/default/fn%00x/../..',
  ])
    test(`who asks for ${path} gets no other function’s answer`, async () => {
      const answer = await raw(`GET ${path} HTTP/1.1\nHost: x\nConnection: close\n\n`);
      assert.match(answer, /^HTTP\/1\.1 (400|404) /);
      assert.match(answer, /"code":"(bad_request|not_found)"/);
    });

  test('who misbehaves is not noticed by others', async (context) => bystander.assertUndisturbed(context));

  test('finds every error explained', async () => {
    const { code, reason, requestId } = json(await call(platform.url('nobody')));
    assert.deepEqual([code, typeof reason, typeof requestId], ['not_found', 'string', 'string']);
  });
});
