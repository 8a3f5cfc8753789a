import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.ts';

test('tells memory, processor time and delay, and nothing that was not measured', async () => {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const text = await registry.metrics();
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_seconds',
  ])
    assert.match(text, new RegExp(`^${name} [0-9.]`, 'm'));
  assert.doesNotMatch(text, /eventloop_lag_(p|m|std)/);
});
