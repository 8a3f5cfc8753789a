import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { formatLogLine, podLogPath } from '../../src/embedded/agent/pod-logs.ts';
import { startEmbeddedApi, type EmbeddedApi } from '../helpers/embedded-api.ts';
import { eventually } from '../helpers/eventually.ts';
import { kubectl, kubectlVersions } from '../helpers/kubectl.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { createServer } = builtin('node:http');

const folder = mkdtempSync(join(tmpdir(), 'kontain-pods-'));
const socket = join(folder, 'status.sock');
const seen: IncomingMessage[] = [];

let api: EmbeddedApi;
let status: Server;
before(async () => {
  status = createServer((request, response) => {
    seen.push(request);
    if (request.url === '/sink') {
      void buffer(request).then((body) => response.end(`took ${body.length} bytes`));
      return;
    }
    if (request.url === '/full') {
      response.writeHead(413).end('too much');
      return;
    }
    response.writeHead(request.url?.startsWith('/absent') ? 404 : 200, { 'set-cookie': 'a=b' });
    response.end(`answer to ${request.url}`);
  });
  status.listen(socket);
  await once(status, 'listening');
  api = await startEmbeddedApi([
    `--proxy=platform/server:9090=${socket}`,
    `--proxy=platform/gone:1=${folder}/no`,
  ]);
});
after(async () => {
  await api[Symbol.asyncDispose]();
  status.close();
  rmSync(folder, { recursive: true });
});

const container = (name: string, port?: number) => {
  return { name, image: 'x', ...(port === undefined ? {} : { ports: [{ containerPort: port }] }) };
};

for (const { version, path } of await kubectlVersions()) {
  suite(`kubectl ${version} and the streams of pods`, () => {
    const namespace = `pods-${version.replace('.', '-')}`;
    const client = () => kubectl(path, api.kubeconfig, join(folder, version));
    const logs = (...args: string[]) => client().run('-n', namespace, 'logs', ...args);
    const refused = async (...args: string[]) => {
      const { code, stderr } = await client().try('-n', namespace, 'logs', ...args);
      assert.notEqual(code, 0);
      return stderr;
    };

    before(() => client().run('create', 'namespace', namespace));

    /** A pod as the agent would have made it, with the log of each of its containers. */
    async function makePod(name: string, spec: object, states: Record<string, object>): Promise<string> {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec };
      await client().send(pod, 'create');
      await setStates(name, states);
      return client().run('-n', namespace, 'get', 'pod', name, '-o', 'jsonpath={.metadata.uid}');
    }

    async function setStates(name: string, states: Record<string, object>): Promise<void> {
      const containerStatuses = Object.entries(states).map(([container, state]) => ({
        name: container,
        state,
      }));
      const url = `/api/v1/namespaces/${namespace}/pods/${name}/status`;
      const pod = JSON.parse(await client().run('get', '--raw', url)) as object;
      const changed = { ...pod, status: { phase: 'Running', containerStatuses } };
      const file = join(folder, 'status.json');
      writeFileSync(file, JSON.stringify(changed));
      await client().run('replace', '--raw', url, '-f', file);
    }

    function print(uid: string, name: string, texts: readonly string[], second = 0): void {
      const file = podLogPath(api.home, uid, name);
      mkdirSync(dirname(file), { recursive: true });
      for (const text of texts) {
        const time = `2026-01-01T00:00:0${second}.000000000Z`;
        appendFileSync(file, formatLogLine({ time, stream: 'stdout', complete: true, text }));
      }
    }

    test('logs: everything, the end of it, from a time on, with times, so many bytes', async () => {
      const uid = await makePod('printed', { containers: [container('a')] }, { a: { terminated: {} } });
      print(uid, 'a', ['one', 'two']);
      print(uid, 'a', ['drei ü', 'four'], 5);
      assert.equal(await logs('printed'), 'one\ntwo\ndrei ü\nfour\n');
      assert.equal(await logs('printed', '--tail=1'), 'four\n');
      assert.equal(await logs('printed', '--tail=3'), 'two\ndrei ü\nfour\n');
      assert.equal(await logs('printed', '--tail=9'), await logs('printed'));
      assert.equal(await logs('printed', '--tail=0'), '');
      assert.equal(await logs('printed', '--since-time=2026-01-01T00:00:05Z'), 'drei ü\nfour\n');
      assert.equal(await logs('printed', '--since=1s'), '');
      assert.equal(await logs('printed', '--limit-bytes=5'), 'one\nt');
      assert.equal(
        await logs('printed', '--timestamps', '--tail=1'),
        '2026-01-01T00:00:05.000000000Z four\n',
      );
      assert.equal(await logs('-f', 'printed', '--tail=1'), 'four\n');
      assert.match(
        await refused('printed', '--previous'),
        /previous terminated container "a" in pod "printed"/,
      );
    });

    test('logs -f goes on until the container ends', async () => {
      const uid = await makePod('followed', { containers: [container('a')] }, { a: { running: {} } });
      print(uid, 'a', ['first']);
      const child = client().start('-n', namespace, 'logs', '-f', 'followed');
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const closed = once(child, 'close');
      await eventually('what was there', () => text === 'first\n');
      print(uid, 'a', ['second']);
      await eventually('what came', () => text === 'first\nsecond\n');
      print(uid, 'a', ['third']);
      await setStates('followed', { a: { terminated: { exitCode: 0 } } });
      assert.deepEqual(await closed, [0, null]);
      assert.equal(text, 'first\nsecond\nthird\n');
    });

    test('logs -f ends when the pod is deleted', async () => {
      const uid = await makePod('deleted', { containers: [container('a')] }, { a: { running: {} } });
      print(uid, 'a', ['first']);
      const child = client().start('-n', namespace, 'logs', '-f', 'deleted');
      const closed = once(child, 'close');
      await once(child.stdout, 'data');
      await client().run('-n', namespace, 'delete', 'pod', 'deleted', '--wait=false');
      assert.deepEqual(await closed, [0, null]);
    });

    test('logs of a container: it must be named where there are several, exist, and have begun', async () => {
      const spec = { initContainers: [container('first')], containers: [container('a')] };
      const uid = await makePod('several', spec, { a: { waiting: { reason: 'PodInitializing' } } });
      print(uid, 'first', ['prepared']);
      const log = `/api/v1/namespaces/${namespace}/pods/several/log`;
      const { stderr: none } = await client().try('get', '--raw', log);
      assert.match(
        none,
        /container name must be specified for pod several, choose one of: \[a\] or one of the init containers: \[first\]/,
      );
      assert.match(await refused('several', '-c', 'nobody'), /container nobody is not valid for pod several/);
      assert.match(await refused('several', '-c', 'a'), /is waiting to start: PodInitializing/);
      await setStates('several', { first: { terminated: {} }, a: { terminated: {} } });
      assert.equal(await logs('several', '-c', 'first'), 'prepared\n');
      assert.match(await refused('several', '-c', 'a'), /the log of container "a" in pod "several" is gone/);
      assert.match(await refused('absent'), /pods "absent" not found/);
    });

    test('options that contradict each other or are out of range are refused', async () => {
      await makePod('strict', { containers: [container('a')] }, { a: { terminated: {} } });
      const get = async (query: string) => {
        const url = `/api/v1/namespaces/${namespace}/pods/strict/log?${query}`;
        return (await client().try('get', '--raw', url)).stderr;
      };
      assert.match(await get('tailLines=-1'), /greater than or equal to 0/);
      assert.match(await get('limitBytes=0'), /must be greater than 0/);
      assert.match(await get('sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z'), /at most one of/);
      assert.match(await get('sinceTime=yesterday'), /no RFC 3339 time/);
      assert.match(await get('container=..%2F..%2Fetc'), /is not valid for pod strict/);
    });
  });
}

suite('pods/proxy', () => {
  const client = () => kubectl('kubectl', api.kubeconfig, join(folder, 'proxy'));
  const get = (path: string) => client().try('get', '--raw', `/api/v1/namespaces/platform/pods/${path}`);

  before(async () => {
    await client().run('create', 'namespace', 'platform');
    for (const name of ['server', 'gone', 'mine']) {
      const spec = { containers: [container('a', name === 'gone' ? 1 : 9090)] };
      // Whoever makes a pod may say what they like about its address.
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'platform' }, spec };
      await client().send({ ...pod, status: { podIP: '127.0.0.1' } }, 'create');
    }
  });

  test("leads to the socket that was configured for the pod, without the caller's token", async () => {
    for (const id of ['server:9090', 'http:server:9090', 'server']) {
      assert.deepEqual(await get(`${id}/proxy/logs/a?b=%20&follow=1`), {
        code: 0,
        stdout: 'answer to /logs/a?b=+&follow=1',
        stderr: '',
      });
    }
    assert.equal(seen.at(-1)?.headers.authorization, undefined);
    assert.equal((await get('server:9090/proxy')).stdout, 'answer to /');
    assert.match((await get('server:9090/proxy/absent')).stderr, /NotFound|could not find/);
  });

  test('takes bodies of any size, and gives an answer that comes before all of one is there', async () => {
    const file = join(folder, 'large');
    writeFileSync(file, Buffer.alloc(20 * 1024 * 1024));
    const put = (path: string) =>
      client().try(
        'replace',
        '--raw',
        `/api/v1/namespaces/platform/pods/server:9090/proxy/${path}`,
        '-f',
        file,
      );
    assert.equal((await put('sink')).stdout, `took ${20 * 1024 * 1024} bytes`);
    assert.match((await put('full')).stderr, /too much|413/);
  });

  test('leads nowhere else', async () => {
    const before = seen.length;
    assert.match((await get('server:22/proxy/')).stderr, /forbidden: there is no way to its port 22/);
    assert.match((await get('mine:9090/proxy/')).stderr, /forbidden: there is no way/);
    assert.match((await get('mine/proxy/')).stderr, /forbidden/);
    assert.match((await get('https:server:9090/proxy/')).stderr, /invalid pod request/);
    assert.match((await get('a:b:c:d/proxy/')).stderr, /invalid pod request/);
    assert.match((await get('absent:9090/proxy/')).stderr, /pods "absent" not found/);
    assert.match((await get('server:9090/proxy/a/%2e%2e/b')).stderr, /segment of dots/);
    assert.match((await get('gone:1/proxy/')).stderr, /error trying to reach service/);
    const file = join(folder, 'empty');
    writeFileSync(file, '{}');
    const post = ['create', '--raw', '/api/v1/namespaces/platform/pods/server:9090/proxy/', '-f', file];
    assert.match((await client().try(...post)).stderr, /does not allow this method/);
    assert.equal(seen.length, before);
  });
});
