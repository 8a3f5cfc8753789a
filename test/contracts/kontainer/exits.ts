import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from '../../helpers/kontainer-call.ts';
import { mebibyte } from '../../helpers/probe-spec.ts';
import { canTellPeaks } from '../../helpers/processes.ts';
import type { CurrentDriver } from './current-driver.ts';

const sigsegv = 11;

/** What is said about a Kontainer that has ended. */
export function exitContract(current: CurrentDriver): void {
  test('the exit code is the program’s', async () => {
    await using probe = current().function();
    for (const code of [0, 1, 42, 255]) {
      const { exit } = await call(probe, `exit ${code}`);
      assert.equal(exit.code, code);
      assert.equal(exit.signal, null);
      assert.equal(exit.killed, null);
      assert.equal(exit.outOfMemory, false);
    }
  });

  test('a crash is told by its signal, or as shells write it', async () => {
    await using probe = current().function();
    const { exit } = await call(probe, `signal ${sigsegv}`);
    assert.ok(exit.signal === sigsegv || exit.code === 128 + sigsegv, JSON.stringify(exit));
    assert.equal(exit.killed, null);
  });

  test('processor time and memory are plausible', async () => {
    await using probe = current().function();
    const idle = await call(probe, 'exit 0');
    const busy = await call(probe, 'spin 200');
    assert.ok(busy.exit.cpuMicros > 20_000, `${busy.exit.cpuMicros} µs`);
    assert.ok(busy.exit.cpuMicros > idle.exit.cpuMicros);
    assert.ok(busy.exit.memoryPeakBytes >= 0);
    const { exit } = await call(probe, 'memory 16');
    if (canTellPeaks()) assert.ok(exit.memoryPeakBytes >= 16 * mebibyte, `${exit.memoryPeakBytes} bytes`);
  });

  test('everything printed has arrived when the exit is told', async () => {
    await using probe = current().function();
    for (let turn = 0; turn < 5; turn++) {
      const { log } = await call(probe, 'shout 50000');
      assert.equal(log.length, 50_000);
    }
  });
}
