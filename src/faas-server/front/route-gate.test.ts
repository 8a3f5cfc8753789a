import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { bundleRoute, routesDocument } from '../../../test/helpers/bundle-routes.ts';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { echo } from '../../../test/helpers/inline-functions.ts';
import { kontainerSpec } from '../../../test/helpers/kontainer-spec.ts';
import type { BundleRoute } from '../../kontainer/routes.ts';
import type { FrontOptions } from './front-options.ts';
import { builtin } from '../../lib/builtin.ts';

const { request: httpRequest } = builtin('node:http');

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

async function harness(
  route: Partial<BundleRoute>,
  front: Partial<FrontOptions> = {},
): Promise<FrontHarness> {
  const started = await FrontHarness.start({ functions: { fn: echo }, front });
  const document = routesDocument([bundleRoute({ host: 'fn.example', path: '/api', ...route })]);
  started.source.set(kontainerSpec({ name: 'fn', args: ['fn'] }), document);
  return started;
}

/** fetch has no way to set Host. */
function call(
  front: FrontHarness,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { host: 'fn.example', ...options.headers };
  const request = httpRequest({
    port: front.port,
    path,
    method: options.method ?? 'GET',
    headers,
    agent: false,
  });
  request.on('error', reject);
  request.on('response', (response) => {
    let body = '';
    response.on('data', (chunk: Buffer) => (body += chunk.toString()));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
  });
  request.end();
  return promise;
}

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

suite('routes of an Image', () => {
  test('a function that came without a notice is called through its routes: they guard its own path at once', async () => {
    await using front = await FrontHarness.start({ functions: { fn: echo } });
    front.source.silent = true;
    const access = { kind: 'basic' as const, users: {} };
    const guard = routesDocument([bundleRoute({ path: '/default/late', access })]);
    front.source.set(kontainerSpec({ name: 'late', args: ['fn'] }), guard);
    front.source.set(kontainerSpec({ name: 'open', args: ['fn'] }));
    assert.equal((await call(front, '/default/late')).status, 401);
    assert.equal((await call(front, '/default/open')).status, 200);
    assert.equal((await call(front, '/default/none')).status, 404);
  });

  test('the function sees the path behind the prefix, and what the prefix was', async () => {
    await using front = await harness({});
    const { status, body } = await call(front, '/api/x/y?q=1', {
      headers: { 'x-forwarded-prefix': '/outer' },
    });
    assert.equal(status, 200);
    assert.match(body, /^GET \/x\/y\?q=1 HTTP/);
    assert.match(body, /X-Forwarded-Prefix: \/outer\/api\r\n/);
    assert.match(body, /host: fn\.example/i);
    assert.equal((await call(front, '/other')).status, 404);
  });

  test('routes that change start no other Kontainers', async () => {
    await using front = await harness({});
    await call(front, '/api');
    const { templates } = front.driver;
    front.routes.set({
      namespace: 'default',
      name: 'fn',
      document: routesDocument([bundleRoute({ host: 'new.example' })]),
    });
    assert.equal((await call(front, '/', { headers: { host: 'new.example' } })).status, 200);
    assert.equal((await call(front, '/api')).status, 404);
    assert.equal(front.driver.templates, templates);
  });

  test('CORS as ingress-nginx: preflight without credentials, headers on answers and on refusals', async () => {
    const users = { me: hashSync('secret', 4) };
    await using front = await harness({ cors: true, access: { kind: 'basic', users } });
    const preflight = await call(front, '/api', {
      method: 'OPTIONS',
      headers: { origin: 'https://site', 'access-control-request-method': 'PUT' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.equal(preflight.headers['access-control-allow-methods'], 'GET, PUT, POST, DELETE, PATCH, OPTIONS');
    assert.match(String(preflight.headers['access-control-allow-headers']), /Authorization/);
    assert.equal(preflight.headers['access-control-max-age'], '1728000');
    for (const headers of [basic('me:secret'), {}]) {
      const answer = await call(front, '/api', { headers });
      assert.equal(answer.status, 'authorization' in headers ? 200 : 401);
      assert.equal(answer.headers['access-control-allow-credentials'], 'true');
    }
  });

  test('no CORS where a route says so, whatever the server does otherwise', async () => {
    await using front = await harness({ cors: false });
    const answer = await call(front, '/api', { method: 'OPTIONS' });
    assert.match(answer.body, /^OPTIONS \/ HTTP/);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    const own = await call(front, '/default/fn', { headers: { host: 'h' } });
    assert.equal(own.headers['access-control-allow-origin'], '*');
  });

  test('basic authentication: right, wrong, missing, malformed', async () => {
    const users = {
      me: hashSync('secret', 4),
      sha: `{SHA}${createHash('sha1').update('x').digest('base64')}`,
    };
    await using front = await harness({ access: { kind: 'basic', users } });
    const refused = [
      {},
      basic('me:wrong'),
      basic('me'),
      basic('you:secret'),
      basic('__proto__:secret'),
      basic('toString:x'),
      basic(':secret'),
      { authorization: 'Basic !!' },
      { authorization: 'Bearer me:secret' },
    ];
    for (const headers of refused) {
      const { status, headers: answered, body } = await call(front, '/api', { headers });
      assert.equal(status, 401, JSON.stringify(headers));
      assert.equal(answered['www-authenticate'], 'Basic realm="fn.example", charset="UTF-8"');
      assert.equal((JSON.parse(body) as { code: string }).code, 'unauthorized');
    }
    for (const given of ['me:secret', 'me:secret', 'sha:x'])
      assert.equal((await call(front, '/api', { headers: basic(given) })).status, 200);
    assert.equal((await call(front, '/api//x', { headers: basic('me:secret') })).status, 200);
    assert.deepEqual([...new Set(front.finished.map(({ record }) => record.outcome))].sort(), [
      'ok',
      'unauthorized',
    ]);
  });

  test('a route is closed where it is not known who may call it', async () => {
    await using front = await harness({ access: { kind: 'closed' }, cors: true });
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await call(front, '/api', { method, headers: basic('me:secret') });
      assert.equal(answer.status, 503);
      assert.match(answer.body, /closed/);
    }
  });

  test('HTTPS is asked for before anything else, where this server speaks it', async () => {
    const closed = { https: true, access: { kind: 'closed' as const } };
    await using front = await harness(closed, { tlsPort: () => 8443 });
    const to = async (host: string, path = '/api/x?q=1') => {
      const { status, headers } = await call(front, path, { headers: { host } });
      assert.equal(status, 308);
      return headers.location;
    };
    assert.equal(await to('fn.example'), 'https://fn.example/api/x?q=1');
    assert.equal(await to('fn.example:80'), 'https://fn.example/api/x?q=1');
    assert.equal(await to('fn.example:8080'), 'https://fn.example:8443/api/x?q=1');
    assert.equal(await to('fn.example', 'http://fn.example/api'), 'https://fn.example/api');
    const proxied = await call(front, '/api', { headers: { 'x-forwarded-proto': 'https' } });
    assert.equal(proxied.status, 503);
    await using plain = await harness({ https: true });
    assert.equal((await call(plain, '/api')).status, 200);
  });
});
