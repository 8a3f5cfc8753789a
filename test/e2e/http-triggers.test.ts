import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { call, json, type CallInit } from '../helpers/e2e-call.ts';
import { failed, startLoad } from '../helpers/e2e-load.ts';
import { Platform } from '../helpers/e2e-platform.ts';
import { eventually, nextSecond } from '../helpers/eventually.ts';
import { freePorts } from '../helpers/free-ports.ts';
import { processesBelow } from '../helpers/processes.ts';
import { rawExchange } from '../helpers/raw-http.ts';
import { makeCertificate } from '../helpers/test-certificates.ts';
import { tlsCall } from '../helpers/tls-call.ts';

/** What a request looks like to the function, and which function it is. */
const source = `
import os


def handler(event, context):
    request = event["extensions"]["request"]
    query = {name: request.query.getall(name) for name in request.query}
    headers = {name.lower(): value for name, value in request.headers.items()}
    return {"who": os.environ["WHO"], "path": request.path, "query": query, "headers": headers}
`;

interface Echo {
  who: string;
  path: string;
  query: Record<string, string[]>;
  headers: Record<string, string>;
}

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

suite('HTTP triggers, with no Ingress controller', () => {
  let platform: Platform;
  let tlsPort = 0;
  before(async () => {
    [tlsPort = 0] = await freePorts(1);
    // Two processes for calls: each has to know the routes.
    platform = await Platform.start({ KONTAIN_TLS_PORT: String(tlsPort), KONTAIN_WORKERS: '2' });
    const image = await platform.images.inlineFunction('python3.11', { file: 'echo.py', source });
    const specOf = (who: string) => ({ image, env: [{ name: 'WHO', value: who }] });
    await platform.deploy({ one: specOf('one'), two: specOf('two'), steady: specOf('steady') });
  });
  after(() => platform[Symbol.asyncDispose]());

  const apply = (kind: string, apiVersion: string, name: string, rest: object): Promise<string> =>
    platform.kubectl.send({ apiVersion, kind, metadata: { name, namespace: 'default' }, ...rest }, 'apply');
  const trigger = (name: string, functionName: string, spec: object): Promise<string> =>
    apply('HTTPTrigger', 'kubeless.io/v1beta1', name, { spec: { 'function-name': functionName, ...spec } });
  const secret = (name: string, stringData: object, type = 'Opaque'): Promise<string> =>
    apply('Secret', 'v1', name, { type, stringData });
  const remove = (name: string): Promise<string> => platform.kubectl.run('delete', 'httptrigger', name);
  /** The message of a trigger, once it has this reason for the spec of now. */
  const reason = (name: string, wanted: string): Promise<string> =>
    eventually(`HTTPTrigger ${name} is ${wanted}`, async () => {
      const object = JSON.parse(
        await platform.kubectl.run('get', 'httptrigger', name, '-o', 'json'),
      ) as StoredTrigger;
      const [ready] = object.status?.conditions ?? [];
      const isNow = ready?.observedGeneration === object.metadata.generation && ready?.reason === wanted;
      return isNow && (ready.message || ' ');
    });
  /** By the route: to the platform's port, with another host. */
  const byHost = (host: string, path: string, init: CallInit = {}) =>
    call(platform.instance.url(path), { ...init, headers: { host, ...init.headers } });
  /** inotify tells each process a moment after the trigger is Ready. */
  const until = (host: string, path: string, status: number, init: CallInit = {}) =>
    eventually(`${host}${path} is ${status}`, async () => {
      const calls = Array.from({ length: 4 }, () => byHost(host, path, init).catch(() => undefined));
      const answers = await Promise.all(calls);
      return answers.every((answer) => answer?.status === status) && answers[0];
    });

  test('host and path lead to a function, which sees the rest and what the prefix was', async () => {
    await trigger('plain', 'one', { 'host-name': 'plain.example', path: 'api/v1' });
    await reason('plain', 'Ready');
    const url = await platform.kubectl.run('get', 'httptrigger', 'plain', '-o', 'jsonpath={.status.url}');
    assert.equal(url, `http://plain.example:${platform.instance.port}/api/v1`);
    const { text } = await until('plain.example', '/api/v1/echo/x?q=1', 200);
    const seen = JSON.parse(text) as Echo;
    assert.deepEqual([seen.path, seen.query], ['/echo/x', { q: ['1'] }]);
    assert.equal(seen.headers['x-forwarded-prefix'], '/api/v1');
    assert.equal(seen.headers['host'], 'plain.example');
    assert.equal((await byHost('Plain.Example.:80', '/api/v1/hello')).status, 200);
    for (const path of ['/api/v10', '/api', '/', '/echo'])
      assert.equal((await byHost('plain.example', path)).status, 404);
  });

  test('a wildcard takes one label, and an exact host comes before it', async () => {
    await trigger('wild', 'one', { 'host-name': '*.wild.example', path: 'echo' });
    await trigger('exact', 'two', { 'host-name': 'a.wild.example' });
    await reason('wild', 'Ready');
    await reason('exact', 'Ready');
    const byWildcard = await until('b.wild.example', '/echo/echo', 200);
    assert.equal((JSON.parse(byWildcard.text) as Echo).path, '/echo');
    const byExact = await until('a.wild.example', '/echo', 200);
    assert.equal((JSON.parse(byExact.text) as Echo).headers['x-forwarded-prefix'], undefined);
    for (const host of ['wild.example', 'x.b.wild.example'])
      assert.equal((await byHost(host, '/echo/echo')).status, 404, host);
  });

  test('CORS: a script of another site asks first, then reads the answer', async () => {
    await trigger('cors', 'one', { 'host-name': 'cors.example', 'cors-enable': true });
    await reason('cors', 'Ready');
    const headers = { origin: 'https://site.example', 'access-control-request-method': 'PUT' };
    const preflight = await until('cors.example', '/mirror', 204, { method: 'OPTIONS', headers });
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.match(String(preflight.headers['access-control-allow-methods']), /PUT/);
    const answer = await byHost('cors.example', '/mirror', {
      method: 'PUT',
      body: 'x',
      headers: { origin: 'https://site.example' },
    });
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, '*']);
    const without = await byHost('plain.example', '/api/v1/hello');
    assert.equal(without.headers['access-control-allow-origin'], undefined);
  });

  test('basic authentication: right, wrong, missing; another password in the Secret counts soon', async () => {
    const sha = createHash('sha1').update('two').digest('base64');
    await secret('users', { auth: `ann:${hashSync('one', 10)}\nbob:{SHA}${sha}\n` });
    await trigger('guarded', 'one', { 'host-name': 'guarded.example', 'basic-auth-secret': 'users' });
    await reason('guarded', 'Ready');
    const refused = await until('guarded.example', '/hello', 401);
    assert.equal(refused.headers['www-authenticate'], 'Basic realm="guarded.example", charset="UTF-8"');
    assert.equal(json(refused).code, 'unauthorized');
    for (const given of ['ann:one', 'bob:two', 'ann:one'])
      assert.equal((await byHost('guarded.example', '/hello', { headers: basic(given) })).status, 200);
    for (const given of ['ann:two', 'eve:one', 'ann:', ':'])
      assert.equal((await byHost('guarded.example', '/hello', { headers: basic(given) })).status, 401, given);
    await secret('users', { auth: `ann:${hashSync('new', 4)}\n` });
    await until('guarded.example', '/hello', 401, { headers: basic('ann:one') });
    await until('guarded.example', '/hello', 200, { headers: basic('ann:new') });
    await platform.kubectl.run('delete', 'secret', 'users');
    assert.match(await reason('guarded', 'SecretNotFound'), /users does not exist.*closed/);
    await until('guarded.example', '/hello', 503, { headers: basic('ann:new') });
    assert.equal((await call(platform.url('one/hello'))).status, 200);
  });

  test('TLS: each host has its certificate, which is renewed without a restart; plain HTTP is redirected', async () => {
    const [one, two, renewed] = [
      makeCertificate('one.tls.example'),
      makeCertificate('*.two.example'),
      makeCertificate('one.tls.example'),
    ];
    const data = ({ chain, key }: typeof one) => ({ 'tls.crt': chain, 'tls.key': key });
    await secret('one-tls', data(one), 'kubernetes.io/tls');
    await secret('two-tls', data(two), 'kubernetes.io/tls');
    await trigger('tls-1', 'one', { 'host-name': 'one.tls.example', 'tls-secret': 'one-tls' });
    await trigger('tls-2', 'two', { 'host-name': '*.two.example', 'tls-secret': 'two-tls' });
    await reason('tls-1', 'Ready');
    await reason('tls-2', 'Ready');
    const url = await platform.kubectl.run('get', 'httptrigger', 'tls-1', '-o', 'jsonpath={.status.url}');
    assert.equal(url, `https://one.tls.example:${tlsPort}/`);
    const works = (host: string, ca: string) => () =>
      tlsCall(tlsPort, host, ca, '/echo').catch(() => undefined);
    const first = await eventually('HTTPS for the first host', works('one.tls.example', one.chain));
    assert.deepEqual([first.status, first.names], [200, 'DNS:one.tls.example']);
    assert.equal((JSON.parse(first.body) as Echo).headers['x-forwarded-proto'], 'https');
    const second = await eventually('HTTPS for the second host', works('b.two.example', two.chain));
    assert.deepEqual([second.status, second.names], [200, 'DNS:*.two.example']);
    await assert.rejects(tlsCall(tlsPort, 'plain.example', one.chain));
    await assert.rejects(tlsCall(tlsPort, 'one.tls.example', two.chain));
    const host = `one.tls.example:${platform.instance.port}`;
    const redirected = await until(host, '/echo?q=1', 308);
    assert.equal(redirected.headers.location, `https://one.tls.example:${tlsPort}/echo?q=1`);
    await secret('one-tls', data(renewed), 'kubernetes.io/tls');
    await eventually('the certificate is the new one', works('one.tls.example', renewed.chain));
    await secret('one-tls', { 'tls.crt': renewed.chain, 'tls.key': two.key }, 'kubernetes.io/tls');
    assert.match(await reason('tls-1', 'InvalidSecret'), /tls\.key is not the key/);
    await eventually('no certificate', () =>
      tlsCall(tlsPort, 'one.tls.example', renewed.chain).then(
        () => false,
        () => true,
      ),
    );
    await eventually('the other host goes on', works('b.two.example', two.chain));
  });

  test('edits, more triggers and deletes under load: no call fails, and the Kontainers stay as they are', async () => {
    assert.equal((await call(platform.url('steady/hello'))).status, 200);
    /** Calls that had to wait for a template; counted when their Kontainer is gone. */
    const first = () =>
      eventually('the first call is counted', async () => {
        const { text } = await call(platform.instance.url('/metrics'));
        return /^function_calls_total.*function="steady".*start="first".*$/m.exec(text)?.[0];
      });
    const counted = await first();
    await trigger('steady', 'steady', { 'host-name': 'steady.example' });
    await reason('steady', 'Ready');
    await until('steady.example', '/hello', 200);
    const loads = [
      startLoad(platform.instance.url('/hello'), 2, { headers: { host: 'steady.example' } }),
      startLoad(platform.url('steady/hello'), 1),
    ];
    for (let round = 0; round < 5; round += 1) {
      await trigger('steady', 'steady', { 'host-name': 'steady.example', 'cors-enable': round % 2 === 0 });
      await trigger('more', 'steady', { 'host-name': 'more.example' });
      await reason('steady', 'Ready');
      await reason('more', 'Ready');
      await remove('more');
    }
    for (const load of loads) {
      const samples = await load.stop();
      assert.ok(samples.length > 20);
      assert.deepEqual(failed(samples), []);
    }
    assert.equal(await first(), counted);
    await until('more.example', '/hello', 404);
  });

  test('what belongs to another function is refused, and calls go on going there', async () => {
    await trigger('owner', 'one', { 'host-name': 'owned.example' });
    await reason('owner', 'Ready');
    await nextSecond();
    await trigger('thief', 'two', { 'host-name': 'owned.example' });
    assert.match(await reason('thief', 'Conflict'), /owned\.example.*taken by HTTPTrigger default\/owner/);
    const own = { 'host-name': 'one.default.svc.cluster.local' };
    await trigger('name-thief', 'two', own);
    assert.match(await reason('name-thief', 'Conflict'), /belongs to function default\/one/);
    await trigger('path-thief', 'two', { path: 'default/one/echo' });
    assert.match(await reason('path-thief', 'Conflict'), /belongs to function default\/one/);
    await trigger('bare', 'two', {});
    await reason('bare', 'Ready');
    const url = await platform.kubectl.run('get', 'httptrigger', 'bare', '-o', 'jsonpath={.status.url}');
    assert.equal(url, `http://two.default.127.0.0.1.nip.io:${platform.instance.port}/`);
    const bare = await until(new URL(url).host, '/', 200);
    assert.equal((JSON.parse(bare.text) as Echo).who, 'two');
    assert.equal((JSON.parse((await call(platform.url('one/echo'))).text) as Echo).who, 'one');
    await platform.kubectl.run(
      'patch',
      'image',
      'two',
      '--type=merge',
      '-p',
      JSON.stringify({
        spec: {
          routes: [
            { host: 'one.default' },
            { path: '/default/one' },
            { path: '/metrics' },
            { host: 'owned.example' },
            { host: 'owned.example', path: '/own' },
            { path: '/' },
          ],
        },
      }),
    );
    const caught = await until('h', '/anything', 200);
    assert.equal((JSON.parse(caught.text) as Echo).who, 'two');
    const places = [
      ['one.default', '/x'],
      ['h', '/default/one/x'],
      ['owned.example', '/x'],
    ] as const;
    for (const [host, path] of places) {
      const { text } = await byHost(host, path);
      assert.equal((JSON.parse(text) as Echo).who, 'one', host);
    }
    await reason('owner', 'Ready');
    assert.match((await byHost('h', '/metrics')).text, /# TYPE/);
    await platform.kubectl.run('patch', 'image', 'two', '--type=merge', '-p', '{"spec":{"routes":null}}');
    for (const name of ['thief', 'name-thief', 'path-thief', 'bare']) await remove(name);
  });

  test('no trick with the path passes a password by', async () => {
    await secret('admins', { auth: `ann:${hashSync('one', 4)}` });
    await trigger('site', 'one', { 'host-name': 'site.example' });
    await trigger('admin', 'one', {
      'host-name': 'site.example',
      path: 'admin',
      'basic-auth-secret': 'admins',
    });
    await reason('site', 'Ready');
    await reason('admin', 'Ready');
    await until('site.example', '/admin/echo', 401);
    await until('site.example', '/echo', 200);
    const tricks = [
      '//admin/echo',
      '/./admin/echo',
      '/x/../admin/echo',
      '/%2e/admin',
      '/x/%2E%2e/admin/echo',
      '/x/..%2fadmin',
      '/%2fadmin/echo',
      '/admin%2fecho',
      '/admin%5cecho',
      '/admin\\echo',
      '/\\admin/echo',
      '/admin;x=y/echo',
      '/admin%3bx/echo',
      '/;x/admin/echo',
      '/adm%69n/echo',
      '/%61%64%6d%69%6e',
      '/admin//echo',
      '/admin/',
      '/admin?x',
      '/echo/..;/admin',
      'http://site.example/admin/echo',
      'http://SITE.example:80//admin',
    ];
    for (const trick of tricks) {
      const answer = await rawExchange(
        platform.instance.port,
        `GET ${trick} HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 (400|401) /, trick);
    }
    const allowed = await byHost('site.example', '/admin/echo', { headers: basic('ann:one') });
    assert.equal((JSON.parse(allowed.text) as Echo).path, '/echo');
  });

  test('a process for calls that is started anew knows the routes', async () => {
    const workers = () =>
      processesBelow(platform.instance.pid('faas-server')).filter(({ pid }) =>
        commandLine(pid).includes('faas-server-worker'),
      );
    const [victim] = workers();
    assert.ok(victim);
    process.kill(victim.pid, 'SIGKILL');
    await eventually('another one takes its place', () => {
      const now = workers().map(({ pid }) => pid);
      return now.length === 2 && !now.includes(victim.pid);
    });
    await until('plain.example', '/api/v1/hello', 200);
    for (let count = 0; count < 10; count += 1)
      assert.equal((await byHost('plain.example', '/api/v1/hello')).status, 200);
  });

  test('routes are there again after any part was killed', async () => {
    for (const part of ['faas-server', 'faas-downloader', 'controllers'])
      process.kill(platform.instance.pid(part), 'SIGKILL');
    await platform.instance.untilReady();
    await until('plain.example', '/api/v1/hello', 200);
    await until('site.example', '/admin/echo', 401);
    await remove('plain');
    await until('plain.example', '/api/v1/hello', 404);
  });
});

/** Empty for a process that has ended. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

interface StoredTrigger {
  metadata: { generation: number };
  status?: { conditions?: { reason: string; message: string; observedGeneration: number }[] };
}
