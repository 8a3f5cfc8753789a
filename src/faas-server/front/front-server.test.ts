import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { silentLogger } from '../../lib/log.ts';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { echo, respond } from '../../../test/helpers/inline-functions.ts';

suite('HTTP front', () => {
  test('answers with what the function answers, from a Kontainer of its own', async () => {
    await using front = await FrontHarness.start({
      functions: { hello: respond('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nhi') },
    });
    const response = await fetch(front.url('/default/hello'));
    assert.equal(response.status, 200);
    assert.equal(await response.text(), 'hi');
    assert.equal(response.headers.get('x-a'), 'b');
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
    assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    await fetch(front.url('/default/hello')).then((again) => again.text());
    const call = await front.over(2);
    assert.equal(call.record.outcome, 'ok');
    assert.equal(front.driver.started, 2);
    assert.equal(front.driver.alive.size, 0);
  });

  test('passes method, path, query, headers and body', async () => {
    await using front = await FrontHarness.start({ functions: { echo } });
    const response = await fetch(front.url('/default/echo/a%2Fb?q=%20'), {
      method: 'PUT',
      body: 'body',
      headers: { 'X-One': '1' },
    });
    const seen = await response.text();
    assert.match(seen, /^PUT \/a%2Fb\?q=%20 HTTP\/1\.1\r\n/);
    assert.match(seen, /\r\nx-one: 1\r\n/i);
    assert.match(seen, /\r\nx-forwarded-for: 127\.0\.0\.1\r\n/i);
    assert.match(seen, /\r\n\r\nbody$/);
  });

  test('unknown functions are 404 with JSON', async () => {
    await using front = await FrontHarness.start({ functions: { echo } });
    for (const path of [
      '/',
      '/x',
      '/default/none',
      '/other/echo',
      '/default/',
      '/default//echo',
      '//default/echo',
    ]) {
      const response = await fetch(front.url(path));
      assert.equal(response.status, 404, path);
      const body = (await response.json()) as Record<string, unknown>;
      assert.equal(body['code'], 'not_found');
      assert.equal(body['requestId'], response.headers.get('x-request-id'));
    }
  });
});

test('what nobody foresaw is 500, logged with the request id, and told to no caller', async () => {
  const logged: object[] = [];
  const log = { ...silentLogger, error: (fields: object) => void logged.push(fields) };
  await using front = await FrontHarness.start({
    functions: { echo },
    front: { log },
    spec: { args: ['missing'] },
  });
  const response = await fetch(front.url('/default/echo'), { headers: { 'x-request-id': 'mine' } });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /missing/);
  assert.deepEqual(
    logged.map((fields) => 'requestId' in fields && fields.requestId),
    ['mine'],
  );
  assert.equal(front.admission.usage.memoryBytes, 0);
});

test('while draining new calls are refused and connections closed', async () => {
  await using front = await FrontHarness.start({ functions: { echo } });
  front.draining = true;
  const response = await fetch(front.url('/default/echo'));
  assert.deepEqual([response.status, response.headers.get('connection')], [503, 'close']);
  assert.match(await response.text(), /draining/);
});
