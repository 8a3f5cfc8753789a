import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFaasServer } from '../helpers/faas-server.ts';
import { cgroupsOf, processesBelow, processInfo } from '../helpers/processes.ts';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('kill -9 of the whole server in the middle of calls: no process stays, and the next one starts clean', async () => {
  await using first = await startFaasServer({ KONTAIN_WORKERS: '2' });
  await first.deploy('forked', { start: 'template', prewarm: 2 });
  await first.deploy('cold', { start: 'cold' });
  const calls = ['forked?hang', 'cold?hang', 'forked?hang'].map((path) =>
    fetch(first.url(`/default/${path}`)).then(
      (response) => response.text(),
      () => 'cut',
    ),
  );
  const inFlight = async () =>
    /kontain_calls_in_flight 3/.test(await (await fetch(first.url('/metrics'))).text());
  while (!(await inFlight()));
  const below = processesBelow(first.program.pid);
  process.kill(first.program.pid, 'SIGKILL');
  assert.deepEqual(new Set(await Promise.all(calls)), new Set(['cut']));
  await until(() => below.every(({ pid, comm }) => processInfo(pid)?.comm !== comm));

  await using second = await first.again();
  assert.equal(await (await fetch(second.url('/default/forked?hello'))).text(), 'hello');
  await second.stop();
  assert.deepEqual(cgroupsOf(second.cgroup), []);
});
