import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Convention, Start } from './runtime-process.ts';
import { call, type Answer, type RequestOptions } from './http-exchange.ts';

export function resultsContract(start: Start, { textType, isAsync }: Convention): void {
  async function callOnce(handler: string, options?: RequestOptions): Promise<Answer> {
    await using runtime = await start(handler);
    const answer = await call(await runtime.address(), options);
    assert.ok(answer.complete, runtime.output().stderr);
    return answer;
  }

  test('text is sent as UTF-8', async () => {
    const answer = await callOnce('hello');
    assert.equal(answer.status, 200);
    assert.equal(answer.body.toString(), 'hello wörld');
    assert.match(answer.headers.get('content-type') ?? '', textType);
    assert.equal(answer.headers.get('content-length'), '12');
  });

  test('bytes are sent as they are', async () => {
    const answer = await callOnce('binary');
    assert.ok(answer.body.equals(Buffer.from(Array.from({ length: 256 }, (_, index) => index))));
  });

  for (const [handler, value] of [
    ['json_object', { a: [1, null, 'ö'] }],
    ['json_list', [{ a: 1 }, 2]],
  ] as const)
    test(`${handler} is sent as JSON`, async () => {
      const answer = await callOnce(handler);
      assert.deepEqual(JSON.parse(answer.body.toString()), value);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    });

  test('nothing is an empty answer', async () => {
    const answer = await callOnce('nothing');
    assert.equal(answer.status, 200);
    assert.equal(answer.body.length, 0);
  });

  if (isAsync)
    test('an async handler is waited for', async () => {
      assert.equal((await callOnce('asynchronous')).body.toString(), 'later');
    });

  for (const handler of isAsync ? ['stream', 'async_stream'] : ['stream'])
    test(`${handler} is sent in chunks`, async () => {
      const answer = await callOnce(handler);
      assert.equal(answer.headers.get('transfer-encoding'), 'chunked');
      assert.equal(answer.body.toString(), '0\n1\n2\n');
    });

  test('a stream larger than any buffer comes through', async () => {
    assert.equal((await callOnce('large_stream')).body.length, 64 * 65_536);
  });

  test('status and headers are the function’s own', async () => {
    const answer = await callOnce('custom');
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('x-made'), 'yes');
    assert.equal(answer.headers.get('content-type'), 'text/plain');
    assert.equal(answer.body.toString(), 'made');
  });

  test('204 has neither body nor length', async () => {
    const answer = await callOnce('no_content');
    assert.equal(answer.status, 204);
    assert.equal(answer.body.length, 0);
    assert.equal(answer.headers.get('transfer-encoding'), undefined);
  });

  for (const handler of ['hello', 'stream', 'custom'])
    test(`HEAD of ${handler} has a head only`, async () => {
      const answer = await callOnce(handler, { method: 'HEAD' });
      assert.equal(answer.status, handler === 'custom' ? 201 : 200);
      assert.equal(answer.body.length, 0);
    });
}
