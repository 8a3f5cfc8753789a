import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Template } from '../../src/kontainer/kontainer.ts';
import { call, eventually } from '../helpers/kontainer-call.ts';
import { startTestDriver } from '../helpers/kontainer-driver.ts';
import { mebibyte } from '../helpers/probe-spec.ts';
import { cgroupsOf, descriptorsOf, memoryOf, processesBelow } from '../helpers/processes.ts';

const counts = { cold: 60, prewarmed: 60, template: 2000 } as const;
const callers = 8;

async function calls(probe: Template, count: number): Promise<void> {
  let left = count;
  const caller = async (): Promise<void> => {
    for (; left > 0; left--) assert.equal((await call(probe, 'echo', { body: 'x' })).text, 'x');
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Of our own process and of both launcher processes. */
function holdings(): { descriptors: number[]; memory: number } {
  const launchers = processesBelow(process.pid).filter(({ comm }) => comm === 'kontainer-launc');
  const pids = [process.pid, ...launchers.map(({ pid }) => pid)];
  const memory = launchers.reduce((sum, { pid }) => sum + memoryOf(pid), 0);
  return { descriptors: pids.map(descriptorsOf), memory };
}

suite('Nothing adds up', () => {
  for (const [start, count] of Object.entries(counts)) {
    test(`over ${count} calls, ${start}`, async () => {
      const driver = await startTestDriver({ runtime: '/usr/bin/crun', start: start as keyof typeof counts });
      try {
        /* nothing waits at the end of a function: what is left then is what adds up */
        const round = async (size: number) => {
          const probe = driver.function();
          await calls(probe, size);
          await probe[Symbol.asyncDispose]();
          return holdings();
        };
        await round(callers * 4);
        const before = await round(callers);
        await round(count);
        await eventually(() => {
          const after = holdings();
          for (const [index, number] of after.descriptors.entries())
            assert.ok(number <= (before.descriptors[index] ?? 0) + 2, `${number} descriptors`);
          assert.ok(after.memory < before.memory + 4 * mebibyte, `${after.memory} bytes`);
          const zombies = processesBelow(process.pid).filter(({ state }) => state === 'Z');
          assert.deepEqual(zombies, []);
          for (const name of ['b', 'k', 'fs', 'runtime'])
            assert.deepEqual(readdirSync(join(driver.options.run, name)), [], name);
          /* spare ones are kept: as many as were in use at once, in each hierarchy */
          const spare = new Set(cgroupsOf(driver.options.cgroup).map((path) => path.split('/').at(-1)));
          assert.ok(spare.size < 64, `${spare.size} cgroups`);
        }, 'a state like before');
      } finally {
        await driver[Symbol.asyncDispose]();
      }
      assert.ok(!existsSync(driver.options.run));
      assert.deepEqual(cgroupsOf(driver.options.cgroup), []);
    });
  }
});
