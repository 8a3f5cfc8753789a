import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exit } from '../../kontainer/kontainer.ts';
import { explainExit } from './explain-exit.ts';

const calm: Exit = {
  code: 0,
  signal: null,
  outOfMemory: false,
  killed: null,
  cpuMicros: 0,
  memoryPeakBytes: 0,
};

/** How it ended → the code that its caller gets. */
const endings: readonly [name: string, exit: Partial<Exit>, code: string][] = [
  ['in good order', {}, 'bad_response'],
  ['with an exit code', { code: 3 }, 'crashed'],
  ['by a signal', { code: null, signal: 11 }, 'crashed'],
  ['by a SIGKILL that is not ours', { code: null, signal: 9 }, 'crashed'],
  ['killed at its timeout', { code: null, signal: 9, killed: 'timeout' }, 'timeout'],
  ['out of memory', { code: null, signal: 9, outOfMemory: true }, 'out_of_memory'],
  // The kill came after its death, of which nobody had told yet.
  ['by a signal, told late', { code: null, signal: 6, killed: 'closed' }, 'crashed'],
  ['with an exit code, told late', { code: 1, killed: 'closed' }, 'crashed'],
  [
    'out of memory, told late',
    { code: null, signal: 9, outOfMemory: true, killed: 'closed' },
    'out_of_memory',
  ],
  ['only by our kill', { code: null, signal: 9, killed: 'closed' }, 'bad_response'],
];

for (const [name, exit, code] of endings)
  test(`a function that ended ${name}: ${code}`, () => {
    assert.equal(explainExit({ ...calm, ...exit }, 'it closed its connection').code, code);
  });

test('a function of whose end nothing is known: what was seen', () => {
  const { code, message } = explainExit(undefined, 'it closed its connection');
  assert.deepEqual([code, message], ['bad_response', 'it closed its connection']);
});
