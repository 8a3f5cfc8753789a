import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Convention, Mode, Start } from './runtime-process.ts';
import { call, exchange, open, parse } from './http-exchange.ts';

export function failuresContract(start: Start, convention: Convention, mode: Mode): void {
  for (const handler of convention.failures)
    test(`${handler}: 500, and the trace on standard error only`, async () => {
      await using runtime = await start(handler);
      const answer = await call(await runtime.address());
      assert.equal(answer.status, 500);
      assert.match(answer.body.toString().trim(), convention.failureBody);
      assert.equal(answer.headers.get('injected'), undefined);
      if (handler === 'bad_header') return;
      const trace = await printed(runtime, /wanted: .*\n/);
      if (handler !== 'returns_error') assert.match(trace, /kinds\.(js|py|rb|pl|php|go|java)/i);
    });

  test('a stream that fails later is cut, not ended', async () => {
    await using runtime = await start('stream_fails_later');
    const answer = await call(await runtime.address());
    assert.equal(answer.status, 200);
    assert.equal(answer.body.toString(), 'begun');
    assert.equal(answer.complete, false);
  });

  test('what the function prints goes to its own output', async () => {
    await using runtime = await start('prints');
    const answer = await call(await runtime.address());
    assert.equal(answer.body.toString(), 'printed');
    if (mode === 'stream') await runtime.exited;
    assert.match(await printed(runtime, /to stderr\n/), /^to stderr$/m);
    assert.match(runtime.output().stdout, /^to stdout$/m);
  });

  if (mode !== 'port')
    test('ending the process ends the call without an answer', async () => {
      await using runtime = await start('exits');
      assert.equal((await exchange(await runtime.address(), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).length, 0);
      if (mode === 'stream') assert.equal(await runtime.exited, 3);
    });

  for (const [what, bytes] of Object.entries(garbage))
    test(`${what} is refused, and does not reach the function`, async () => {
      await using runtime = await start('prints');
      const answer = parse(await exchange(await runtime.address(), bytes));
      assert.ok(answer.status >= 400 && answer.status < 505 && answer.status !== 500, `${answer.status}`);
      assert.doesNotMatch(runtime.output().stdout, /to stdout/);
    });

  test('a caller that leaves in the middle of its request is no call', async () => {
    await using runtime = await start('prints');
    const socket = await open(await runtime.address());
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    if (mode === 'stream') assert.equal(await runtime.exited, 0);
    assert.doesNotMatch(runtime.output().stdout, /to stdout/);
  });
}

const garbage: Readonly<Record<string, string>> = {
  'no HTTP': 'hello there\r\n\r\n',
  'a space before the colon': 'GET / HTTP/1.1\r\nHost : x\r\n\r\n',
  'a folded header': 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length and chunks':
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a negative length': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
  'a chunk size that is none': 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
  'a null byte in a header': 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n',
};

async function printed(runtime: { output(): { stderr: string } }, pattern: RegExp): Promise<string> {
  while (!pattern.test(runtime.output().stderr)) await new Promise((resolve) => setTimeout(resolve, 5));
  return runtime.output().stderr;
}
