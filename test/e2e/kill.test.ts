import assert from 'node:assert/strict';
import { after, before, suite, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../helpers/e2e-call.ts';
import { failed, startLoad, type Load, type Sample } from '../helpers/e2e-load.ts';
import { Platform } from '../helpers/e2e-platform.ts';
import { findVictim, leftByCalls, type Victim } from '../helpers/e2e-processes.ts';
import { processesBelow, processInfo } from '../helpers/processes.ts';
import { eventually } from '../helpers/eventually.ts';
import { leftovers } from '../helpers/leftovers.ts';

/** Promised are 2 s; a test machine is busy now and then, not in half of the rounds. */
const limitMs = 5000;
const callers = ['python', 'python', 'program', 'cold'];
const functions = [...new Set(callers)];

interface Round {
  /** performance.now(). */
  killedAt: number;
  endedAt: number;
  backAfterMs: number;
}

const hasEnded = (pid: number): boolean => (processInfo(pid)?.state ?? 'Z') === 'Z';

suite('kill -9 at any moment, under load', () => {
  let platform: Platform;
  let loads: Load[];

  before(async () => {
    platform = await Platform.start();
    const { images } = platform;
    const program = await images.program('streams.c');
    await platform.deploy({
      python: { image: await images.onRuntime('python3.11', 'calls.py'), idleTimeout: '1s' },
      program: { image: program, protocol: 'cgi', start: 'template', idleTimeout: '1s' },
      cold: { image: program, protocol: 'cgi', start: 'cold', idleTimeout: '1s' },
    });
    for (const name of functions) assert.equal((await call(platform.url(name))).status, 200);
    loads = callers.map((name) => startLoad(platform.url(name), 1));
  });
  after(() => platform[Symbol.asyncDispose]());

  const samples = (): Sample[] => loads.flatMap((load) => load.samples);

  /** Kills it at a random moment; when it was dead, and how long it took until everything worked again. */
  async function killed(victim: Victim): Promise<Round> {
    await delay(Math.random() * 400);
    const { pids, killedAt } = await eventually(`there is a ${victim}`, () => kill(victim));
    await eventually(`${victim} has ended`, () => pids.every(hasEnded));
    const endedAt = performance.now();
    if (victim === 'supervisor') await platform.instance.up();
    await Promise.all([
      ...functions.map((name) => answers(name)),
      platform.instance.untilReady(),
      apiAnswers(),
    ]);
    return { killedAt, endedAt, backAfterMs: performance.now() - killedAt };
  }

  /**
   * Undefined when there is none, or when it has just ended by itself. On a busy machine it takes a moment to die, and what is
   * below it dies after it, a Kontainer that waits for its call too: until then a call is in flight. (The supervisor's parts live on.)
   */
  function kill(victim: Victim): { pids: number[]; killedAt: number } | undefined {
    const pid = findVictim(platform, victim);
    if (pid === undefined) return undefined;
    const below = victim === 'supervisor' ? [] : processesBelow(pid);
    const killedAt = performance.now();
    try {
      process.kill(pid, 'SIGKILL');
      return { pids: [pid, ...below.map((info) => info.pid)], killedAt };
    } catch {
      return undefined;
    }
  }

  async function answers(name: string): Promise<void> {
    await eventually(`${name} answers`, async () => {
      const answer = await call(platform.url(name)).catch(() => undefined);
      return answer?.status === 200;
    });
  }

  async function apiAnswers(): Promise<void> {
    await eventually('the API answers', async () => {
      const { stdout } = await platform.kubectl.try('get', '--raw', '/readyz');
      return stdout.trim() === 'ok';
    });
  }

  const failedAfter = (at: number): Sample[] => failed(samples()).filter(({ from }) => from > at);

  const times: number[] = [];
  function report(context: TestContext, { killedAt, backAfterMs }: Round): void {
    const during = failed(samples()).filter(({ to }) => to > killedAt);
    context.diagnostic(`back after ${Math.round(backAfterMs)} ms, ${during.length} calls failed`);
    times.push(backAfterMs);
  }

  for (const victim of [
    'embedded-apiserver',
    'faas-downloader',
    'embedded-apiserver',
    'faas-downloader',
  ] as const)
    test(`${victim}: no call fails at all`, async (context) => {
      const round = await killed(victim);
      report(context, round);
      assert.deepEqual(
        failed(samples()).filter(({ to }) => to > round.killedAt),
        [],
      );
    });

  for (const victim of [
    'template',
    'crun',
    'launcher, inner',
    'launcher, outer',
    'template',
    'crun',
    'launcher, inner',
  ] as const)
    test(`${victim}: only calls in flight fail`, async (context) => {
      const round = await killed(victim);
      report(context, round);
      assert.deepEqual(failedAfter(round.endedAt), []);
    });

  for (const victim of ['faas-server', 'faas-server', 'supervisor'] as const)
    test(`${victim}: calls fail until it is back, by the connection only`, async (context) => {
      const round = await killed(victim);
      report(context, round);
      const answered = failedAfter(round.endedAt).filter(
        ({ outcome }) => typeof outcome === 'number' && outcome !== 503,
      );
      assert.deepEqual(answered, []);
    });

  test('it is back soon', () => {
    const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
    assert.ok(median < limitMs, `half of the times it took longer than ${median} ms`);
  });

  test('afterwards all objects are there, and nothing else is', async () => {
    const total = samples().length;
    for (const load of loads) await load.stop();
    assert.ok(total > 200, `${total} calls`);
    const names = await platform.kubectl.run('get', 'images', '-o', 'name');
    assert.equal(names.trim().split('\n').length, functions.length);
    const left = await eventually('idle functions have gone', () => {
      const found = leftByCalls(platform);
      return found.length === 0 && found;
    }).catch(() => leftByCalls(platform));
    assert.deepEqual(left, []);
    for (const name of functions) assert.equal((await call(platform.url(name))).status, 200);
  });

  test('down leaves nothing', async () => {
    await platform.instance.down();
    assert.deepEqual(leftovers(platform.instance.home), []);
  });
});
