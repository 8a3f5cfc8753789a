import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { call, json } from '../../helpers/e2e-call.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { builtin } from '../../../src/lib/builtin.ts';

const { Agent } = builtin('node:http');

interface Echo {
  method: string;
  path: string;
  query: Record<string, string[]>;
  headers: Record<string, string>;
  trailers: Record<string, string>;
  event: Record<string, string | null>;
}

interface Boot {
  used: boolean;
  namespaces: Record<string, number>;
  hostname: string;
  count: number;
}

export function basicCalls(current: CurrentPlatform): void {
  suite('a call', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      const python = await platform.images.onRuntime('python3.11', 'calls.py');
      await platform.deploy({
        calls: { image: python },
        cold: { image: python, start: 'cold' },
        ahead: { image: python, start: 'prewarmed' },
      });
    });

    test('goes to an image that kubectl applied, and shows ready with its digest', async () => {
      const table = await platform.kubectl.run('get', 'images');
      assert.match(table, /^NAME +IMAGE +READY +REASON +DIGEST +AGE\n/);
      assert.match(table, /^calls +oci:\S+ +True +Ready +sha256:[0-9a-f]{64} +\d+s$/m);
      assert.equal((await call(platform.url('calls'))).text, 'hello');
    });

    for (const name of ['calls', 'cold', 'ahead'])
      test(`of ${name} gets a Kontainer that did not exist before and does not exist after`, async () => {
        const boots: Boot[] = [];
        for (let round = 0; round < 5; round += 1) {
          const { text } = await call(platform.url(`${name}/boot`));
          boots.push(JSON.parse(text) as Boot);
        }
        assert.deepEqual(
          boots.map(({ used, count }) => [used, count]),
          boots.map(() => [false, 1]),
        );
        assert.equal(new Set(boots.map(({ hostname }) => hostname)).size, boots.length);
      });

    test('at the same time as others has namespaces of its own', async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => call(platform.url('calls/boot?wait=1'))),
      );
      const boots = answers.map(({ text }) => JSON.parse(text) as Boot);
      for (const kind of ['pid', 'mnt', 'net', 'ipc', 'uts', 'cgroup'])
        assert.equal(new Set(boots.map(({ namespaces }) => namespaces[kind])).size, boots.length, kind);
    });

    test('keeps method, path, query and headers', async () => {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      const init = {
        method: 'PATCH',
        body: '{}',
        headers: { 'X-Mine': ['a', 'b'], 'event-id': 'e1', traceparent },
      };
      const { path, ...got } = JSON.parse(
        (await call(platform.url('calls/echo?a=1&a=2&b=%26'), init)).text,
      ) as Echo;
      assert.deepEqual([got.method, path, got.query], ['PATCH', '/echo', { a: ['1', '2'], b: ['&'] }]);
      assert.deepEqual(
        [got.headers['x-mine'], got.headers['traceparent']?.slice(0, 35)],
        ['a, b', traceparent.slice(0, 35)],
      );
      assert.equal(got.event['event-id'], 'e1');
    });

    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PROPFIND'])
      test(`may have the method ${method}`, async () => {
        const { text } = await call(platform.url('calls/echo'), { method });
        assert.equal((JSON.parse(text) as Echo).method, method);
      });

    test('of HEAD gets the head of GET and no body', async () => {
      const got = await call(platform.url('calls'));
      const head = await call(platform.url('calls'), { method: 'HEAD' });
      assert.deepEqual([head.status, head.text], [200, '']);
      assert.equal(head.headers['content-length'], got.headers['content-length']);
    });

    test('carries binary bodies both ways, with the status and the repeated headers of the function', async () => {
      const body = randomBytes(3_000_000);
      const answer = await call(platform.url('calls/mirror'), { method: 'POST', body });
      assert.equal(answer.status, 201);
      assert.ok(answer.body.equals(body));
      assert.equal(answer.headers['x-two'], 'a, b');
    });

    test('has a request id: the caller’s, or a new one', async () => {
      const given = await call(platform.url('calls/echo'), { headers: { 'x-request-id': 'mine-1' } });
      assert.equal(given.headers['x-request-id'], 'mine-1');
      assert.equal((JSON.parse(given.text) as Echo).headers['x-request-id'], 'mine-1');
      const ids = await Promise.all([1, 2].map(() => call(platform.url('calls'))));
      assert.equal(new Set(ids.map(({ headers }) => headers['x-request-id'])).size, 2);
      assert.ok(ids.every(({ headers }) => headers['x-request-id'] !== undefined));
    });

    test('may be one of many over one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const sockets = new Set<string | undefined>();
      for (let round = 0; round < 5; round += 1) {
        const { text, localPort } = await call(platform.url('calls/boot'), { agent });
        assert.equal((JSON.parse(text) as Boot).used, false);
        sockets.add(String(localPort));
      }
      agent.destroy();
      assert.equal(sockets.size, 1);
    });

    for (const host of ['calls.default', 'calls.default.svc', 'calls.default.svc.cluster.local:8080'])
      test(`may name its function by the host ${host}`, async () => {
        const { text } = await call(platform.instance.url('/echo/deep?x=1'), { headers: { host } });
        const { path, query } = JSON.parse(text) as Echo;
        assert.deepEqual([path, query], ['/echo/deep', { x: ['1'] }]);
      });

    test('from a script of another origin is allowed by a preflight', async () => {
      const headers = {
        origin: 'http://elsewhere',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-mine',
      };
      const preflight = await call(platform.url('calls'), { method: 'OPTIONS', headers });
      assert.equal(preflight.status, 200);
      assert.equal(preflight.headers['access-control-allow-origin'], '*');
      assert.equal(preflight.headers['access-control-allow-methods'], 'PUT');
      assert.equal(preflight.headers['access-control-allow-headers'], 'x-mine');
      const actual = await call(platform.url('calls'), { headers: { origin: 'http://elsewhere' } });
      assert.equal(actual.headers['access-control-allow-origin'], '*');
    });

    test('of an unknown function, or of none, is a 404 with a reason', async () => {
      for (const path of ['/default/nobody', '/', '/default', '/nowhere/calls']) {
        const answer = await call(platform.instance.url(path));
        assert.equal(answer.status, 404, path);
        assert.equal(json(answer).code, 'not_found');
      }
    });

    test('that raises is a 500 of the function, and the next one works', async () => {
      assert.equal((await call(platform.url('calls/fail'))).status, 500);
      assert.equal((await call(platform.url('calls'))).text, 'hello');
    });
  });
}
