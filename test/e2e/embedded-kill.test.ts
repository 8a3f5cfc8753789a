import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { identify } from '../../src/embedded/supervisor/process-identity.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { call, load } from '../helpers/caller.ts';
import { embeddedInstance, type EmbeddedInstance } from '../helpers/embedded-instance.ts';
import { leftovers } from '../helpers/leftovers.ts';

/** Promised are 2 s on a machine that does nothing else; test machines do. */
const patienceMs = 20_000;

async function killed(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  while (identify(pid) !== null) await systemClock.sleep(5);
}

suite('kill -9', () => {
  let it: EmbeddedInstance;
  before(async () => {
    it = await embeddedInstance();
    await it.up();
    await it.deploy('hello', 'hello-python');
    assert.equal((await call(it.url('/default/hello'))).status, 200);
  });
  after(() => it[Symbol.asyncDispose]());

  const idle = [
    'embedded-apiserver',
    'embedded-registry',
    'faas-downloader',
    'controllers',
    'embedded-agent',
  ];
  for (const part of idle)
    test(`of ${part}: no call notices, and it is back`, async (t) => {
      await using calls = load(it.url('/default/hello'), 2);
      const start = Date.now();
      await killed(it.pid(part));
      await it.untilReady();
      t.diagnostic(`${part} was back after ${Date.now() - start} ms`);
      const before = calls.results.length;
      while (calls.results.length < before + 10) await systemClock.sleep(5);
      assert.deepEqual(
        calls.results.filter(({ status }) => status !== 200),
        [],
      );
    });

  test('of embedded-apiserver: what was stored is there, and deploys go on', async () => {
    await killed(it.pid('embedded-apiserver'));
    await it.untilReady();
    assert.match(await it.kubectl.run('get', 'image', 'hello'), /True/);
    await it.deploy('later', 'hello-c');
    assert.equal((await call(it.url('/default/later'))).status, 200);
  });

  test('of faas-server, again and again under load: calls work again, and no Kontainer is left', async (t) => {
    await using calls = load(it.url('/default/hello'), 4);
    for (let round = 0; round < 5; round += 1) {
      const start = Date.now();
      await killed(it.pid('faas-server'));
      const isBack = () => calls.results.some(({ status, at }) => status === 200 && at > start + 50);
      while (!isBack() && Date.now() < start + patienceMs) await systemClock.sleep(10);
      assert.ok(isBack(), `no call worked ${patienceMs} ms after kill ${round + 1}`);
      t.diagnostic(`calls worked again after ${Date.now() - start} ms`);
      await it.untilReady();
    }
  });

  test('of a deploy in progress: no half-unpacked image is ever served', async () => {
    await it.kubectl.run('delete', 'images', '--all');
    const deployed = it.deploy('fresh', 'hello-nodejs');
    for (let kills = 0; kills < 5; kills += 1) {
      await systemClock.sleep(100);
      await killed(it.pid('faas-downloader'));
      await it.untilReady();
    }
    await deployed;
    const answer = await call(it.url('/default/fresh'));
    assert.equal(answer.status, 200, answer.body);
  });

  test('of the supervisor: its parts end by themselves, up starts all of it again', async () => {
    await killed(it.pid('supervisor'));
    await it.up();
    const answer = await call(it.url('/default/fresh'));
    assert.equal(answer.status, 200, answer.body);
  });

  test('of everything at once: down leaves nothing', async () => {
    const parts = ['supervisor', 'faas-server', 'faas-downloader', 'embedded-apiserver'].map((name) =>
      it.pid(name),
    );
    for (const pid of parts) process.kill(pid, 'SIGKILL');
    for (const pid of parts) while (identify(pid) !== null) await systemClock.sleep(5);
    await it.down();
    assert.deepEqual(leftovers(it.home), []);
  });
});
