import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Convention, Start } from './runtime-process.ts';
import { call, exchange, parse, type RequestOptions } from './http-exchange.ts';

interface Described {
  data: unknown;
  binary: boolean;
  event: Record<string, string | null>;
  context: Record<string, unknown>;
  method: string;
  path: string;
  query: Record<string, string>;
  header: string | null;
  url: string;
}

export function requestsContract(start: Start, { parsesJson }: Convention): void {
  async function describe(options: RequestOptions, env?: Record<string, string>): Promise<Described> {
    await using runtime = await start('describe', env);
    const answer = await call(await runtime.address(), options);
    assert.equal(answer.status, 200, runtime.output().stderr);
    return JSON.parse(answer.body.toString()) as Described;
  }
  const json = ['Content-Type', 'application/json; charset=utf-8'] as const;

  test('the event carries the event headers, and nothing where there is none', async () => {
    const headers = ['id', 'type', 'time'].map((name) => [`Event-${name}`, `the ${name}`] as const);
    const { event } = await describe({ headers });
    assert.deepEqual(event, { id: 'the id', type: 'the type', time: 'the time', namespace: null });
  });

  test('the context comes from the environment', async () => {
    const env = { FUNC_TIMEOUT: '2.5', FUNC_RUNTIME: 'it1', FUNC_MEMORY_LIMIT: '64Mi' };
    const { context } = await describe({}, env);
    const expected = { 'function-name': 'describe', timeout: 2.5, runtime: 'it1', 'memory-limit': '64Mi' };
    assert.deepEqual(context, expected);
  });

  test('the function sees method, path, query and repeated headers', async () => {
    const headers = [['X-Twice', 'a'] as const, ['x-twice', 'b'] as const];
    const seen = await describe({ method: 'PATCH', target: '/a/b?c=d%20e&f=', headers });
    assert.equal(seen.method, 'PATCH');
    assert.equal(seen.path, '/a/b');
    assert.deepEqual(seen.query, { c: 'd e', f: '' });
    assert.equal(seen.header, 'a, b');
    assert.equal(seen.url, 'http://function.test/a/b?c=d%20e&f=');
  });

  test('any other body is as it came', async () => {
    const { data, binary } = await describe({ method: 'PUT', body: '{"a":1}' });
    assert.equal(binary ? Buffer.from(String(data), 'base64').toString() : data, '{"a":1}');
  });

  if (parsesJson) {
    test('a JSON body is parsed, with parameters in its type', async () => {
      const { data } = await describe({ method: 'POST', headers: [json], body: '{"a":["ö",null]}' });
      assert.deepEqual(data, { a: ['ö', null] });
    });

    test('JSON that is none is the fault of the caller', async () => {
      await using runtime = await start('describe');
      const answer = await call(await runtime.address(), { method: 'POST', headers: [json], body: '{"a":' });
      assert.equal(answer.status, 400);
      assert.match(answer.body.toString(), /not valid JSON/);
    });
  }

  test('large binary bodies come through both ways unchanged', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
    await using runtime = await start('repeats');
    const answer = await call(await runtime.address(), { method: 'POST', body });
    assert.equal(answer.status, 200);
    assert.ok(answer.body.equals(body));
  });

  test('a body in chunks, with extensions and trailers', async () => {
    await using runtime = await start('repeats');
    const head =
      'POST / HTTP/1.1\r\nHost: function.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    const bytes = await exchange(
      await runtime.address(),
      `${head}3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-End: yes\r\n\r\n`,
    );
    assert.equal(parse(bytes).body.toString(), 'abc0123456789');
  });

  test('a caller that waits for 100 Continue gets it', async () => {
    await using runtime = await start('repeats');
    const head =
      'POST / HTTP/1.1\r\nHost: function.test\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok';
    const bytes = (await exchange(await runtime.address(), head)).toString();
    assert.match(bytes, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    assert.match(bytes, /\r\n\r\nok$/);
  });

  test('the environment does not show how the platform runs it', async () => {
    await using runtime = await start('environment');
    const answer = await call(await runtime.address());
    assert.deepEqual(JSON.parse(answer.body.toString()), { kontain: [] });
  });
}
