import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/helpers/manual-clock.ts';
import { silentLogger } from '../lib/log.ts';
import { SlowProgress, type Step } from './slow-progress.ts';

function bench() {
  const clock = new ManualClock();
  const written: string[] = [];
  const write = ({ message }: Step): Promise<void> => {
    if (message === 'refused') return Promise.reject(new Error('no'));
    written.push(message);
    return Promise.resolve();
  };
  const progress = new SlowProgress({ write, clock, log: silentLogger });
  return {
    clock,
    written,
    progress,
    begin: (message: string) => progress.begin({ reason: 'Pulling', message }),
  };
}

test('steps that are over soon are not written', async () => {
  const { clock, written, progress, begin } = bench();
  begin('fetch');
  await clock.advance(400);
  begin('unpack');
  await progress[Symbol.asyncDispose]();
  await clock.advance(10_000);
  assert.deepEqual(written, []);
  assert.equal(clock.sleepers, 0);
});

test('one that takes long is written, and the next one after a while too, whatever became of the write', async () => {
  const { clock, written, progress, begin } = bench();
  begin('refused');
  await clock.advance(600);
  begin('fetch');
  begin('unpack');
  await clock.advance(600);
  begin('settle');
  await clock.advance(600);
  await progress[Symbol.asyncDispose]();
  assert.deepEqual(written, ['unpack', 'settle']);
});
