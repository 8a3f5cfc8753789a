import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Registry } from 'prom-client';
import type { FinishedCall } from '../calls/call-output.ts';
import { accessLine } from '../logs/access-log.ts';
import { CallMetrics } from './call-metrics.ts';
import { mergedMetrics } from './merged-metrics.ts';

function finished(name: string | null, change: Partial<FinishedCall['record']> = {}): FinishedCall {
  return {
    namespace: name === null ? null : 'ns',
    name,
    record: {
      requestId: 'r',
      time: 0,
      method: 'GET',
      path: '/ns/fn',
      status: 200,
      outcome: 'ok',
      remote: '::1',
      bytesIn: 1,
      bytesOut: 2,
      firstByteMs: 3.00001,
      totalMs: 4,
      ...change,
    },
    kontainer: {
      id: 'k',
      start: 'fork',
      queueMs: 1,
      startMs: 2,
      exit: {
        code: 0,
        signal: null,
        outOfMemory: false,
        killed: 'done',
        cpuMicros: 1500,
        memoryPeakBytes: 10,
      },
    },
  };
}

suite('CallMetrics', () => {
  test('has the three names of the original server, with bounded labels', async () => {
    const registry = new Registry();
    const metrics = new CallMetrics([registry], 10);
    metrics.observe(finished('fn'));
    metrics.observe(finished('fn', { outcome: 'timeout', method: 'BREW' }));
    metrics.observe({ ...finished(null, { outcome: 'not_found' }), kontainer: null });
    const text = await registry.metrics();
    assert.match(
      text,
      /function_calls_total\{namespace="ns",function="fn",method="GET",start="fork",outcome="ok"\} 1/,
    );
    assert.match(
      text,
      /function_failures_total\{namespace="ns",function="fn",method="other",outcome="timeout"\} 1/,
    );
    assert.match(
      text,
      /function_duration_seconds_count\{namespace="ns",function="fn",method="GET",start="fork"\} 1/,
    );
    assert.match(
      text,
      /function_calls_total\{namespace="_unknown",function="_unknown",method="GET",start="none",outcome="not_found"\} 1/,
    );
    assert.doesNotMatch(text, /function_failures_total\{namespace="_unknown"/);
    assert.match(text, /kontain_call_phase_seconds_sum\{phase="exchange"\} 0\.002/);
  });

  test('series are bounded in number, and go with their function', async () => {
    const registry = new Registry();
    const metrics = new CallMetrics([registry], 3);
    for (let count = 0; count < 50; count += 1) metrics.observe(finished(`fn-${count}`));
    const names = new Set((await registry.metrics()).match(/function="[^"]+"/g));
    assert.equal(names.size, 4);
    metrics.remove('ns', 'fn-0');
    metrics.remove('ns', 'fn-40');
    const text = await registry.metrics();
    assert.doesNotMatch(text, /function="fn-0"/);
    assert.match(text, /function="_other"/);
    metrics.observe(finished('fn-new'));
    assert.match(await registry.metrics(), /function="fn-new"/);
  });

  test('pages of several processes are added up', async () => {
    const [one, two] = [new Registry(), new Registry()];
    new CallMetrics([one], 3).observe(finished('fn'));
    new CallMetrics([two], 3).observe(finished('fn'));
    const page = await mergedMetrics(one, async () => [await two.getMetricsAsJSON()]).metrics();
    assert.match(page, /function_calls_total\{[^}]*function="fn"[^}]*\} 2/);
  });
});

test('the access log has one flat JSON line a call', () => {
  const line = JSON.parse(accessLine(finished('fn'))) as Record<string, unknown>;
  assert.equal(line['firstByteMs'], 3);
  assert.deepEqual([line['start'], line['queueMs'], line['cpuMs'], line['killed']], ['fork', 1, 1.5, 'done']);
  assert.ok(Object.values(line).every((value) => typeof value !== 'object' || value === null));
});
