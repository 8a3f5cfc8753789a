import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FrontHarness, type HarnessOptions } from '../../../test/helpers/front-harness.ts';
import type { InlineFunction } from '../../../test/helpers/inline-driver.ts';
import { echo, requestHead, respond } from '../../../test/helpers/inline-functions.ts';
import { rawExchange, rawSocket, readAll, readUntil } from '../../../test/helpers/raw-http.ts';

const ok = 'HTTP/1.1 200 OK\r\n';

/** Reads the request, writes this, and ends like that. */
function ends(bytes: string, exit: Parameters<Parameters<InlineFunction>[0]['exit']>[0]): InlineFunction {
  return async (call) => {
    await requestHead(call.socket);
    call.socket.write(bytes);
    call.exit(exit);
  };
}

const silent: InlineFunction = () => undefined;

/** Goes on sending until it is killed. */
const endless: InlineFunction = async ({ socket }) => {
  await requestHead(socket);
  socket.write(`${ok}Content-Type: text/plain\r\n\r\n`);
  const more = (): void => {
    while (!socket.destroyed && socket.write('x'.repeat(16_384)));
  };
  socket.on('drain', more);
  more();
};

/** What a function does → status and code its caller gets. */
const functions: Record<string, [InlineFunction, number, string]> = {
  'says nothing and ends': [ends('', { code: 0 }), 502, 'bad_response'],
  'says nothing, closes its connection and lives on': [
    async ({ socket }) => {
      await requestHead(socket);
      socket.destroy();
    },
    502,
    'bad_response',
  ],
  'fails before it answers': [ends('', { code: 3 }), 502, 'crashed'],
  'is killed by a signal': [ends('', { code: null, signal: 11 }), 502, 'crashed'],
  'runs out of memory': [ends('', { code: null, signal: 9, outOfMemory: true }), 502, 'out_of_memory'],
  'answers half a head': [ends(`${ok}X: `, { code: 0 }), 502, 'bad_response'],
  'answers garbage': [respond('garbage\r\n\r\n'), 502, 'bad_response'],
  'answers an endless head': [respond(`${ok}${'A: b\r\n'.repeat(20_000)}`), 502, 'bad_response'],
  'answers status 700': [respond('HTTP/1.1 700 X\r\n\r\n'), 502, 'bad_response'],
  'switches protocols': [respond('HTTP/1.1 101 Switching Protocols\r\n\r\n'), 502, 'bad_response'],
  'folds a header': [respond(`${ok}A: b\r\n c\r\n\r\n`), 502, 'bad_response'],
  'puts a NUL into a header': [respond(`${ok}A: b\0c\r\n\r\n`), 502, 'bad_response'],
  'gives two lengths': [
    respond(`${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
    502,
    'bad_response',
  ],
  'gives an empty length': [respond(`${ok}Content-Length:\r\n\r\nab`), 502, 'bad_response'],
  'gives a list of empty lengths': [respond(`${ok}Content-Length: ,\r\n\r\nab`), 502, 'bad_response'],
  'gives length and chunks': [
    respond(`${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    502,
    'bad_response',
  ],
  'uses an unknown coding': [respond(`${ok}Transfer-Encoding: gzip\r\n\r\n`), 502, 'bad_response'],
};

/** Answers that break off after the head: the caller must see that something is missing. */
const broken: Record<string, InlineFunction> = {
  'ends before its length': ends(`${ok}Content-Length: 10\r\n\r\nhalf`, { code: 0 }),
  'ends between chunks': ends(`${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`, { code: 0 }),
  'writes a bad chunk': ends(`${ok}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n`, { code: 0 }),
  'crashes where only the end would tell': ends(`${ok}\r\nhalf`, { code: null, signal: 11 }),
  'runs out of memory where only the end would tell': ends(`${ok}\r\nhalf`, {
    code: null,
    signal: 9,
    outOfMemory: true,
  }),
};

async function call(functionToCall: InlineFunction, options: Partial<HarnessOptions>, request?: string) {
  await using front = await FrontHarness.start({ functions: { fn: functionToCall }, ...options });
  const bytes = request ?? 'GET /default/fn HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answer = await rawExchange(front.port, bytes);
  const { record } = await front.over();
  while (front.driver.alive.size > 0) await new Promise(setImmediate);
  assert.equal(front.admission.usage.memoryBytes, 0);
  return { answer, record };
}

suite('functions that misbehave', () => {
  for (const [name, [run, status, code]] of Object.entries(functions)) {
    test(`a function that ${name}: ${status} ${code}`, async () => {
      const { answer, record } = await call(run, {});
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(answer, new RegExp(`"code":"${code}"`));
      assert.deepEqual([record.status, record.outcome], [status, code]);
    });
  }

  for (const [name, run] of Object.entries(broken)) {
    test(`a function that ${name}: the answer is cut`, async () => {
      const { answer, record } = await call(run, {});
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/);
      assert.equal(record.status, 200);
      assert.match(record.outcome, /bad_response|crashed|out_of_memory/);
    });
  }

  test('one that never answers: 408, and it is dead', async () => {
    const { answer, record } = await call(silent, { spec: { timeoutMs: 100 } });
    assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*"code":"timeout"/);
    assert.equal(record.outcome, 'timeout');
  });

  test('one that answers endlessly: cut at the timeout', async () => {
    const { answer, record } = await call(endless, { spec: { timeoutMs: 1000 } });
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.doesNotMatch(answer, /\r\n0\r\n\r\n$/);
    assert.equal(record.outcome, 'timeout');
  });

  test('what comes behind the end of an answer is not passed on', async () => {
    const { answer } = await call(respond(`${ok}Content-Length: 2\r\n\r\nokHTTP/1.1 500 no\r\n\r\n`), {});
    assert.match(answer, /\r\n\r\nok$/);
  });

  test('trailers that would say something about the answer stay behind', async () => {
    const trailers =
      'Content-Length: 1\r\nSet-Cookie: a\r\nX-Request-Id: other\r\nConnection: keep-alive\r\nX-Sum: 1\r\n';
    const { answer } = await call(respond(`${ok}Transfer-Encoding: chunked\r\n\r\n0\r\n${trailers}\r\n`), {});
    assert.match(answer, /\r\n\r\n0\r\nX-Sum: 1\r\n\r\n$/);
  });

  test('hop-by-hop headers of an answer stay behind, others pass', async () => {
    const headers =
      'Connection: X-Mine, close\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nX-Kept: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n';
    const { answer } = await call(respond(`${ok}${headers}Content-Length: 0\r\n\r\n`), {});
    assert.doesNotMatch(answer, /X-Mine|Keep-Alive: 5/);
    assert.match(answer, /X-Kept: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n/);
  });
});

suite('callers that misbehave', () => {
  test('one that goes away kills the Kontainer', async () => {
    await using front = await FrontHarness.start({ functions: { silent } });
    const socket = await rawSocket(front.port);
    socket.write('GET /default/silent HTTP/1.1\r\nHost: x\r\n\r\n');
    while (front.driver.alive.size === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    socket.destroy();
    const { record, kontainer } = await front.over();
    assert.deepEqual([record.outcome, kontainer?.exit.killed], ['caller_gone', 'caller_gone']);
  });

  test('one that leaves the queue frees its place', async () => {
    await using front = await FrontHarness.start({ functions: { silent }, spec: { concurrency: 1 } });
    const request = 'GET /default/silent HTTP/1.1\r\nHost: x\r\n\r\n';
    const first = await rawSocket(front.port);
    first.write(request);
    while (front.driver.alive.size === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const second = await rawSocket(front.port);
    second.write(request);
    while (front.admission.usage.waiting === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    second.destroy();
    const { record, kontainer } = await front.over();
    assert.deepEqual([record.outcome, kontainer, front.admission.usage.waiting], ['caller_gone', null, 0]);
    first.destroy();
    await front.over(2);
  });

  test('one that does not read its answer is cut at the timeout', async () => {
    await using front = await FrontHarness.start({ functions: { endless }, spec: { timeoutMs: 300 } });
    const socket = await rawSocket(front.port);
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /default/endless HTTP/1.1\r\nHost: x\r\n\r\n');
    const { record } = await front.over();
    assert.equal(record.outcome, 'timeout');
    assert.ok(record.bytesOut < 64 * 1024 * 1024, 'the function was held back');
    socket.destroy();
  });

  test('one that never sends its body: 408', async () => {
    const sink: InlineFunction = ({ socket }) => void socket.resume();
    const request = 'POST /default/fn HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf';
    const { answer } = await call(sink, { spec: { timeoutMs: 150 } }, request);
    assert.match(answer, /^HTTP\/1\.1 408 /);
  });

  test('a chunked body that grows too large: 413', async () => {
    const sink: InlineFunction = ({ socket }) => void socket.resume();
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const request = `POST /default/fn HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}0\r\n\r\n`;
    const { answer, record } = await call(sink, { limits: { bodyBytes: 100_000 } }, request);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.equal(record.outcome, 'body_too_large');
  });

  test('an answer before the end of the request ends the exchange', async () => {
    await using front = await FrontHarness.start({
      functions: { early: respond('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno') },
    });
    const socket = await rawSocket(front.port);
    socket.write('POST /default/early HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf');
    assert.match(await readUntil(socket, /\r\n\r\nno/), /^HTTP\/1\.1 403 /);
    assert.equal((await front.over()).record.status, 403);
    await readAll(socket);
  });

  for (const path of ['/healthz', '/default/early'])
    test(`one that never ends its body loses its connection after an answer of ours: ${path}`, async () => {
      await using front = await FrontHarness.start({ functions: { early: echo } });
      const socket = await rawSocket(front.port);
      const method = path === '/healthz' ? 'GET' : 'OPTIONS';
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhalf`);
      assert.match(await readAll(socket), /^HTTP\/1\.1 200 /);
    });
});
