import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kontainer } from '../../../src/kontainer/kontainer.ts';
import { begin, call, eventually, readSome, readToEnd, within } from '../../helpers/kontainer-call.ts';
import { cgroupsOf, processesBelow } from '../../helpers/processes.ts';
import type { CurrentDriver } from './current-driver.ts';

const probes = () => processesBelow(process.pid).filter(({ comm }) => comm === 'probe').length;

async function killed(kontainer: Kontainer): Promise<void> {
  kontainer.kill('timeout');
  const exit = await within(kontainer.exited, 'the end of what was killed');
  assert.equal(exit.killed, 'timeout');
}

/** `kill` is immediate, and leaves nothing. */
export function killContract(current: CurrentDriver): void {
  for (const command of ['wait', 'ignore', 'daemon']) {
    test(`kill ends ${command}, with all that came from it`, async () => {
      await using probe = current().function({ prewarm: 1 });
      const { kontainer } = await begin(probe, command);
      const stream = kontainer.connect();
      await readSome(stream);
      await killed(kontainer);
      await readToEnd(stream);
      await probe[Symbol.asyncDispose]();
      assert.equal(probes(), 0);
    });
  }

  test('a daemon does not outlive the call that left it', async () => {
    await using probe = current().function();
    await call(probe, 'daemon leave');
    await probe[Symbol.asyncDispose]();
    assert.equal(probes(), 0);
  });

  test('kill ends one that has closed its streams', async () => {
    await using probe = current().function();
    const { kontainer } = await begin(probe, 'close');
    await readToEnd(kontainer.connect().end());
    await killed(kontainer);
  });

  test('a second kill changes nothing, nor does one after the end; dispose may be repeated', async () => {
    await using probe = current().function();
    const { kontainer } = await begin(probe, 'wait');
    await readSome(kontainer.connect());
    kontainer.kill('caller_gone');
    kontainer.kill('timeout');
    const exit = await within(kontainer.exited, 'the end');
    assert.equal(exit.killed, 'caller_gone');
    kontainer.kill('done');
    await kontainer[Symbol.asyncDispose]();
    await kontainer[Symbol.asyncDispose]();
    assert.deepEqual(await kontainer.exited, exit);
  });

  test('a Kontainer that never gets its call can be killed', async () => {
    await using probe = current().function();
    const { kontainer } = await begin(probe, 'wait');
    await killed(kontainer);
  });

  test('a caller that has gone before the start is refused, one that goes during it leaves nothing', async () => {
    await using probe = current().function();
    await assert.rejects(begin(probe, 'wait', { signal: AbortSignal.abort(new Error('gone')) }), /gone/);
    for (let turn = 0; turn < 10; turn++) {
      const abort = new AbortController();
      const started = begin(probe, 'wait', { signal: abort.signal });
      setTimeout(() => abort.abort(new Error('gone')), turn);
      await started.then(({ kontainer }) => kontainer[Symbol.asyncDispose]()).catch(() => undefined);
    }
    await probe[Symbol.asyncDispose]();
    assert.equal(probes(), 0);
  });

  test('a caller that closes early does no harm', async () => {
    await using probe = current().function();
    for (let turn = 0; turn < 3; turn++) {
      const { kontainer } = await begin(probe, 'echo');
      kontainer.connect().destroy();
      await kontainer[Symbol.asyncDispose]();
    }
    assert.equal((await call(probe, 'echo', { body: 'fine' })).text, 'fine');
  });

  test('a function that is disposed of leaves no process and no cgroup of its own', async () => {
    const probe = current().function({ prewarm: 3 });
    const { kontainer } = await begin(probe, 'wait');
    await readSome(kontainer.connect());
    const disposed = Promise.resolve(probe[Symbol.asyncDispose]());
    kontainer.kill('shutdown');
    await within(disposed, 'dispose');
    await within(kontainer.exited, 'the end');
    assert.equal(probes(), 0);
    const left = () => cgroupsOf(current().options.cgroup).filter((path) => /\/k\d+/.test(path));
    await eventually(() => assert.deepEqual(left(), []), 'the end of its cgroups');
    await probe[Symbol.asyncDispose]();
  });
}
