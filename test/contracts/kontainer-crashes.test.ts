import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { hasErrno } from '../../src/lib/errors.ts';
import type { StartMode } from '../../src/kontainer/spec.ts';
import { ContainerDriver } from '../../src/kontainer/container/driver.ts';
import type { ContainerHostOptions } from '../../src/kontainer/container/host.ts';
import { begin, call, eventually, readSome, within } from '../helpers/kontainer-call.ts';
import {
  hostOptions,
  removeHostFolders,
  startTestDriver,
  type TestDriver,
} from '../helpers/kontainer-driver.ts';
import { startLoad } from '../helpers/kontainer-load.ts';
import { probeSpec } from '../helpers/probe-spec.ts';
import { cgroupsOf, processesBelow, processInfo } from '../helpers/processes.ts';

const runtime = '/usr/bin/crun';
/** "Everything is back within 2 s"; a busy machine may take longer once in a while. */
const promiseMs = 2000;

const below = (comm: string) => processesBelow(process.pid).filter((info) => info.comm === comm);
const launchers = () => below('kontainer-launc');

/** The outer process waits for the inner, which is the first of its pid namespace and does the work. */
const victims = {
  'outer process': () => launchers().find(({ parent }) => parent === process.pid),
  'inner process': () => launchers().find(({ parent }) => parent !== process.pid),
};

function assertNothingLeft({ run, cgroup }: ContainerHostOptions): void {
  assert.deepEqual(cgroupsOf(cgroup), []);
  assert.ok(!existsSync(run), 'the run folder');
  assert.ok(!readFileSync('/proc/self/mounts', 'utf8').includes(run), 'mounts');
  assert.deepEqual(
    processesBelow(process.pid).map(({ comm }) => comm),
    [],
  );
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}

async function startFor(t: TestContext, start: StartMode): Promise<TestDriver> {
  const driver = await startTestDriver({ runtime, start });
  t.after(() => driver[Symbol.asyncDispose]());
  return driver;
}

async function end(driver: TestDriver): Promise<void> {
  await driver.driver[Symbol.asyncDispose]();
  assertNothingLeft(driver.options);
  removeHostFolders(driver.options);
}

suite('kill -9 of any process', () => {
  for (const [what, find] of Object.entries(victims)) {
    test(`the launcher's ${what}, under load, again and again`, async (t) => {
      const driver = await startFor(t, 'template');
      const load = startLoad(driver, 4);
      const times: number[] = [];
      for (let turn = 0; turn < 8; turn++) {
        await within(load.nextAnswer(), 'an answer before the kill');
        process.kill(find()?.pid ?? assert.fail('no launcher'), 'SIGKILL');
        times.push(await within(load.nextAnswer(), 'an answer after the kill'));
      }
      await load.stop();
      t.diagnostic(`back after ${times.map(Math.round).join(', ')} ms`);
      const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
      assert.ok(median < promiseMs, `back after ${median} ms`);
      assert.ok(load.failed >= 1, 'calls in flight failed');
      await end(driver);
    });
  }

  test('a call in flight is told that the launcher has gone', async (t) => {
    const driver = await startFor(t, 'template');
    const probe = driver.function();
    const { kontainer } = await begin(probe, 'wait');
    const stream = kontainer.connect().on('error', () => undefined);
    await readSome(stream);
    process.kill(victims['inner process']()?.pid ?? 0, 'SIGKILL');
    const exit = await within(kontainer.exited, 'its end');
    assert.equal(exit.signal, 9);
    assert.equal(exit.killed, null);
    await kontainer[Symbol.asyncDispose]();
    assert.equal((await call(probe, 'echo', { body: 'again' })).text, 'again');
    await probe[Symbol.asyncDispose]();
    await end(driver);
  });

  test('a template: its calls end, the next one has another template', async (t) => {
    const driver = await startFor(t, 'template');
    await using bystander = driver.function({ name: 'bystander' });
    const { kontainer: spared } = await begin(bystander, 'wait');
    await readSome(spared.connect());
    const load = startLoad(driver, 2);
    for (let turn = 0; turn < 5; turn++) {
      await within(load.nextAnswer(), 'an answer before the kill');
      const crun =
        below('crun')
          .map(({ pid }) => pid)
          .toSorted((a, b) => b - a)[0] ?? 0;
      const template = processesBelow(crun)[0];
      process.kill(template?.pid ?? assert.fail('no template'), 'SIGKILL');
      await within(load.nextAnswer(), 'an answer after the kill');
    }
    await load.stop();
    spared.kill('done');
    assert.equal((await spared.exited).killed, 'done', 'another function does not notice');
    await bystander[Symbol.asyncDispose]();
    await end(driver);
  });

  for (const start of ['cold', 'template'] as const) {
    test(`the OCI runtime's command, at any moment of a ${start} start`, async (t) => {
      const driver = await startFor(t, start);
      for (let turn = 0; turn < 12; turn++) {
        await using probe = driver.function();
        const attempt = call(probe, 'echo', { body: 'x' }).then(
          ({ text }) => text,
          () => 'failed',
        );
        await new Promise((resolve) => setTimeout(resolve, turn * 2));
        for (const { pid } of below('crun')) killIfThere(pid);
        await within(attempt, 'the end of the attempt');
      }
      await using probe = driver.function();
      assert.equal((await call(probe, 'echo', { body: 'fine' })).text, 'fine');
      await probe[Symbol.asyncDispose]();
      await eventually(() => {
        assert.deepEqual(
          cgroupsOf(driver.options.cgroup).filter((path) => /\/k\d/.test(path)),
          [],
        );
        assert.equal(below('crun').length + below('probe').length + below('exec').length, 0);
      }, 'all to be gone');
      await end(driver);
    });
  }

  test('the process that owns the driver: all goes with it, and the next start sweeps up', async () => {
    const { logger, ...options } = hostOptions(runtime);
    for (let turn = 0; turn < 2; turn++) {
      const script = join(import.meta.dirname, '../helpers/kontainer-owner.ts');
      const owner = spawn(process.execPath, [script, JSON.stringify(options)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await within(once(owner.stdout, 'data'), 'the owner to be busy');
      const family = processesBelow(owner.pid ?? 0);
      assert.ok(family.length > 5, 'it has many processes');
      owner.kill('SIGKILL');
      await eventually(() => {
        const alive = family.filter(({ pid, comm }) => processInfo(pid)?.comm === comm);
        assert.deepEqual(alive, []);
      }, 'its processes to go');
    }
    const driver = new ContainerDriver({ ...options, logger });
    const probe = driver.prepare(probeSpec('template'));
    assert.equal((await call(probe, 'echo', { body: 'again' })).text, 'again');
    await probe[Symbol.asyncDispose]();
    await driver[Symbol.asyncDispose]();
    assertNothingLeft({ ...options, logger });
    removeHostFolders({ ...options, logger });
  });
});
