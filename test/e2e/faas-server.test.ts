import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text as consumeText } from 'node:stream/consumers';
import { after, suite, test } from 'node:test';
import { readLogs } from '../../src/faas-server/logs/read-logs.ts';
import { call as callAnew } from '../helpers/e2e-call.ts';
import { filesIn, startFaasServer, type TestFaasServer } from '../helpers/faas-server.ts';
import { cgroupsOf, processesBelow, processInfo } from '../helpers/processes.ts';
import { builtin } from '../../src/lib/builtin.ts';

const { request } = builtin('node:http');

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

for (const workers of ['1', '2']) {
  suite(`faas-server, ${workers} process(es) for calls`, () => {
    let server: TestFaasServer;
    const call = (path: string, init?: RequestInit) => fetch(server.url(`/default/${path}`), init);
    const text = async (path: string, init?: RequestInit) => (await call(path, init)).text();
    const code = async (path: string) => ((await (await call(path)).json()) as { code: string }).code;
    const metrics = async () => (await fetch(server.url('/metrics'))).text();

    after(() => server[Symbol.asyncDispose]());

    test('serves functions of every start kind', async () => {
      server = await startFaasServer({ KONTAIN_WORKERS: workers });
      await server.deploy('cold', { start: 'cold' });
      await server.deploy('ahead', { start: 'prewarmed', prewarm: 2 });
      await server.deploy('forked', { start: 'template', prewarm: 2 });
      for (const name of ['cold', 'ahead', 'forked']) {
        const init = { method: 'PUT', body: 'x'.repeat(100_000) };
        assert.equal(await text(`${name}/a%20b`, init), `PUT /a b\n${init.body}`);
      }
    });

    test('is ready, healthy, and counts', async () => {
      assert.equal(await (await fetch(server.url('/readyz'))).text(), 'OK');
      assert.equal(await (await fetch(server.url('/healthz'))).text(), 'OK');
      const labels = 'namespace="default",function="cold",method="PUT",start="cold",outcome="ok"';
      await until(async () => (await metrics()).includes(`function_calls_total{${labels}} 1`));
      assert.match(await metrics(), /kontain_functions 3/);
    });

    test('every call has a Kontainer of its own', async () => {
      for (const name of ['cold', 'ahead', 'forked']) {
        for (let count = 0; count < 3; count += 1) assert.equal(await text(`${name}?leave`), 'clean');
      }
    });

    test('each way to misbehave has its reason, and the next call is clean', async () => {
      await server.deploy('short', { timeoutMs: 2000, start: 'template' });
      assert.equal(await code('cold?garbage'), 'bad_response');
      assert.equal(await code('cold?fail'), 'crashed');
      assert.equal(await code('cold?abort'), 'crashed');
      assert.equal(await code('forked?memory'), 'out_of_memory');
      assert.equal(await code('short?hang'), 'timeout');
      await assert.rejects(text('short?endless'));
      assert.equal(await text('forked?hello'), 'hello');
    });

    test('a fork bomb goes with its call, and the next call is clean', async () => {
      const before = processesBelow(server.program.pid).length;
      const abort = new AbortController();
      const bomb = text('forked?bomb', { signal: abort.signal });
      await until(() => processesBelow(server.program.pid).length > before + 10);
      abort.abort();
      await assert.rejects(bomb);
      assert.equal(await text('forked?hello'), 'hello');
      await until(() => processesBelow(server.program.pid).length <= before + 2);
    });

    test('more calls than fit wait for their turn; beyond the queue they are told to come back', async () => {
      await server.deploy('narrow', { concurrency: 1 });
      const enough = new AbortController();
      const statuses: number[] = [];
      const caller = async (): Promise<void> => {
        const response = await call('narrow?slow', { signal: enough.signal }).catch(() => null);
        if (response !== null) statuses.push(response.status);
        if (statuses.includes(200) && statuses.includes(429)) enough.abort();
      };
      await Promise.all(Array.from({ length: 120 }, caller));
      assert.ok(enough.signal.aborted, String(statuses));
    });

    test('what a call prints is found by its request id', async () => {
      const requestId = `printed-${workers}`;
      await text('cold?fail', { headers: { 'x-request-id': requestId } });
      const lines = async (): Promise<string[]> => {
        const found: string[] = [];
        const wanted = { root: server.root, namespace: 'default', name: 'cold', requestId };
        for await (const { stream, text: line } of readLogs(wanted)) found.push(`${stream} ${line}`);
        return found;
      };
      await until(async () => (await lines()).length > 0);
      assert.deepEqual(await lines(), ['stderr something is wrong']);
    });

    test('a caller who goes away takes the Kontainer along', async () => {
      const abort = new AbortController();
      const gone = text('cold?hang', { signal: abort.signal });
      await until(async () => /kontain_calls_in_flight 1/.test(await metrics()));
      abort.abort();
      await assert.rejects(gone);
      await until(async () => /kontain_calls_in_flight 0/.test(await metrics()));
    });

    test('an update takes effect, a deletion frees log and metrics', async () => {
      await server.deploy('cold', { start: 'cold', generation: 2, env: { CHANGED: '1' } });
      assert.equal(await text('cold?hello'), 'hello');
      await server.remove('cold');
      await until(async () => (await call('cold')).status === 404);
      await until(async () => !(await filesIn(`${server.root}/logs/default`)).includes('cold.log'));
      // The page may be a moment old.
      await until(async () => !(await metrics()).includes('function="cold"'));
    });

    if (workers !== '1') {
      test('a process for calls that is killed is replaced', async () => {
        const processes = () =>
          processesBelow(server.program.pid).filter(({ comm }) => /node|Main/.test(comm));
        const [victim] = processes();
        assert.ok(victim);
        process.kill(victim.pid, 'SIGKILL');
        await until(() => processes().length === 2 && !processes().some(({ pid }) => pid === victim.pid));
        // Over connections of their own: fetch may still keep one to the process that has gone.
        for (let count = 0; count < 5; count += 1)
          assert.equal((await callAnew(server.url('/default/forked?hello'))).text, 'hello');
      });
    }

    test('ends in good order: a call in flight finishes, nothing is left', async () => {
      const below = processesBelow(server.program.pid);
      // Not one of a test before, whose end is still being told.
      await until(async () => /kontain_calls_in_flight 0/.test(await metrics()));
      const inFlight = request(server.url('/default/forked/x'), { method: 'PUT', agent: false });
      inFlight.write('begun before, ');
      await until(async () => /kontain_calls_in_flight 1/.test(await metrics()));
      const stopped = server.stop();
      await until(() =>
        fetch(server.url('/readyz')).then(
          ({ ok }) => !ok,
          () => true,
        ),
      );
      inFlight.end('ended after');
      const [answer] = (await once(inFlight, 'response')) as [IncomingMessage];
      assert.match(await consumeText(answer), /begun before, ended after/);
      await stopped;
      assert.deepEqual(
        below.filter(({ pid, comm }) => processInfo(pid)?.comm === comm),
        [],
      );
      assert.deepEqual([await filesIn(server.run), await filesIn(`${server.root}/in-use`)], [[], []]);
      assert.deepEqual(cgroupsOf(server.cgroup), []);
    });
  });
}
