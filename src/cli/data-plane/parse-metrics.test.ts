import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Gauge, Registry } from 'prom-client';
import { parseMetrics } from './parse-metrics.ts';

test('parseMetrics reads what prom-client writes, whatever is in the labels', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true })), { maxLength: 5 }),
      async (series) => {
        const registry = new Registry();
        const gauge = new Gauge({
          name: 'a',
          help: 'a{b="c"} 1',
          labelNames: ['x', 'y'],
          registers: [registry],
        });
        const wanted = [...new Map(series)].map(([x, value]) => ({
          name: 'a',
          labels: { x, y: '1' },
          value,
        }));
        for (const { labels, value } of wanted) gauge.set(labels, value);
        const page = await registry.metrics();
        assert.deepEqual(parseMetrics(page).map(withPlainZero), wanted.map(withPlainZero));
      },
    ),
  );
});

/** The text format has one zero. */
function withPlainZero<T extends { value: number }>(sample: T): T {
  return { ...sample, value: sample.value + 0 };
}

test('a label may hold line ends of other alphabets', () => {
  for (const text of ['\u2028', '\u2029', '\r', 'a\u2028b'])
    assert.deepEqual(parseMetrics(`a{x="${text}"} 0`), [{ name: 'a', labels: { x: text }, value: 0 }]);
});

test('parseMetrics leaves out what is no sample', () => {
  assert.deepEqual(parseMetrics('# HELP x\n\nnonsense\n{}\nx\n'), []);
  assert.deepEqual(parseMetrics('x 1 1234\ny{} +Inf'), [
    { name: 'x', labels: {}, value: 1 },
    { name: 'y', labels: {}, value: Infinity },
  ]);
});
