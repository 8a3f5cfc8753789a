import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InlineDriver } from '../../../test/helpers/inline-driver.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import type { FunctionSource } from './function-source.ts';
import { FunctionTable } from './function-table.ts';

const count = 10_000;

/** As many functions as a large node has; none is ever opened. */
const manyFunctions: FunctionSource = {
  watch: async (listener) => {
    for (let index = 0; index < count; index += 1) {
      const name = `some-function-${index}`;
      listener.set({ namespace: `namespace-${index % 100}`, name, version: `${name}@0123456789abcdef` });
    }
    return Promise.resolve();
  },
  look: () => Promise.resolve(),
  open: () => Promise.reject(new Error('not opened here')),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

test('a function that nobody calls costs less than 1 KB (8 KB are promised)', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await using driver = new InlineDriver({});
  const options = { source: manyFunctions, driver, clock: systemClock, log: silentLogger };
  await using table = new FunctionTable(options);
  collect();
  const before = process.memoryUsage().heapUsed;
  await table.start();
  collect();
  const each = (process.memoryUsage().heapUsed - before) / count;
  assert.equal(table.size, count);
  assert.ok(each < 1024, `${each} bytes`);
});
