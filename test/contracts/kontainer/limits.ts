import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../helpers/eventually.ts';
import { begin, call, fields, readSome, within } from '../../helpers/kontainer-call.ts';
import { mebibyte, testLimits } from '../../helpers/probe-spec.ts';
import { canTellPeaks, memoryOf } from '../../helpers/processes.ts';
import type { CurrentDriver } from './current-driver.ts';

/** Each call has its own budget; who spends it harms nobody else. */
export function limitsContract(current: CurrentDriver): void {
  test('too much memory ends the call, and says so; within the limit it goes through', async () => {
    await using probe = current().function();
    assert.equal(fields((await call(probe, 'memory 32')).text).eaten, String(32 * mebibyte));
    const { exit, text } = await call(probe, 'memory 256');
    assert.equal(text, '');
    assert.equal(exit.outOfMemory, true);
    assert.equal(exit.killed, null);
    const after = await call(probe, 'memory 32');
    assert.equal(after.exit.outOfMemory, false);
    const peak = after.exit.memoryPeakBytes;
    if (canTellPeaks()) assert.ok(peak >= 32 * mebibyte && peak <= 64 * mebibyte, `${peak} bytes`);
  });

  test('a function has its own limits, whichever function ran before', async () => {
    for (const megabytes of [32, 128, 48]) {
      await using probe = current().function({ limits: { memoryBytes: megabytes * mebibyte } });
      assert.equal((await call(probe, `memory ${megabytes - 12}`)).exit.outOfMemory, false);
      assert.equal((await call(probe, `memory ${megabytes + 12}`)).exit.outOfMemory, true);
    }
  });

  test('memory of files counts, and is given back before the next call needs it', async () => {
    await using probe = current().function({
      limits: { tmpBytes: 48 * mebibyte, fileSizeBytes: 48 * mebibyte },
    });
    for (let turn = 0; turn < 4; turn++) {
      const { text, exit } = await call(probe, 'shm 44');
      assert.deepEqual(fields(text), { eaten: String(44 * mebibyte) });
      assert.equal(exit.outOfMemory, false);
    }
  });

  test('buffers of connections that nobody reads are bounded: they are memory of the kernel', async () => {
    await using probe = current().function();
    const { text, exit } = await call(probe, 'sockets');
    const held = Number(fields(text).held ?? 0);
    assert.ok(
      exit.outOfMemory || (held > 0 && held < testLimits.memoryBytes),
      `${held} bytes, ${JSON.stringify(exit)}`,
    );
  });

  test('memory that is held between calls is told as it is, not as it might be', async () => {
    await using probe = current().function();
    assert.equal(probe.memoryBytes, 0);
    await call(probe, 'echo');
    // A small program, and at most two of its Kontainers waiting.
    await eventually('it is told', () => probe.memoryBytes < 16 * mebibyte);
  });

  test('a fork bomb stays within its call, and others answer meanwhile', async () => {
    await using bomb = current().function({ name: 'bomb' });
    await using probe = current().function();
    const { kontainer } = await begin(bomb, 'bomb');
    const report = fields(await readSome(kontainer.connect()));
    assert.equal(report.error, 'EAGAIN');
    assert.ok(Number(report.forked) < testLimits.pids);
    const { text } = await call(probe, 'echo', { body: 'still here' });
    assert.equal(text, 'still here');
    kontainer.kill('timeout');
    const exit = await within(kontainer.exited, 'the end of the bomb');
    /* the kernel frees what its forks held only after a while: on a busy machine they can use up its memory, too */
    assert.ok(exit.killed === 'timeout' || exit.outOfMemory, JSON.stringify(exit));
  });

  test('threads count as processes', async () => {
    await using probe = current().function();
    const { threads } = fields((await call(probe, 'threads 1000')).text);
    assert.ok(Number(threads) > 0 && Number(threads) < testLimits.pids, `${threads} threads`);
  });

  test('no file grows beyond the limit, and /tmp not beyond its size', async () => {
    await using probe = current().function();
    const large = fields((await call(probe, 'large')).text);
    assert.deepEqual(large, { written: String(testLimits.fileSizeBytes), error: 'EFBIG' });
    await using other = current().function({ limits: { fileSizeBytes: 64 * mebibyte } });
    const full = fields((await call(other, 'large')).text);
    assert.equal(full.error, 'ENOSPC');
    assert.ok(
      Number(full.written) > testLimits.tmpBytes * 0.9 && Number(full.written) <= testLimits.tmpBytes,
    );
  });

  test('names in /tmp are bounded: they are memory of the kernel', async () => {
    await using probe = current().function();
    const { names, files } = fields((await call(probe, 'fill')).text);
    assert.equal(names, 'ENOSPC');
    assert.ok(Number(files) < 10_000, `${files} files`);
  });

  test('a busy call gets its share of the processor', async () => {
    await using probe = current().function({ limits: { cpuMillis: 200 } });
    const { text, exit } = await call(probe, 'spin 1000');
    const used = Number(fields(text).cpu);
    /* a quota of 20 ms in every 100 ms; one period more at the start */
    assert.ok(used <= 400, `${used} ms of 1000`);
    assert.ok(exit.cpuMicros >= used * 900, `${exit.cpuMicros} µs counted of ${used} ms`);
  });

  test('what it prints is cut at the limit, and costs no memory of ours', async () => {
    await using probe = current().function();
    const exact = await call(probe, `shout ${testLimits.logBytes * 4}`);
    assert.equal(exact.log.length, testLimits.logBytes);
    const before = memoryOf(process.pid);
    const { kontainer, log } = await begin(probe, 'shout');
    const stream = kontainer.connect();
    stream.on('error', () => undefined).resume();
    const { text } = await call(probe, 'echo', { body: 'heard' });
    assert.equal(text, 'heard', 'another call is served while one shouts');
    kontainer.kill('timeout');
    await within(kontainer.exited, 'the end of the shouting');
    assert.ok(Buffer.concat(log).length <= testLimits.logBytes);
    assert.ok(memoryOf(process.pid) - before < 64 * mebibyte);
  });
}
