import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference, parseTotals } from './phases.ts';

const metrics = (starts: number, seconds: number) => `
# HELP kontain_call_phase_seconds Where the time of calls went
kontain_call_phase_seconds_bucket{le="0.001",phase="start"} 1
kontain_call_phase_seconds_sum{phase="start"} ${seconds}
kontain_call_phase_seconds_count{phase="start"} ${starts * 2}
kontain_start_seconds_count{start="waiting"} ${starts}
kontain_start_seconds_count{start="fork"} ${starts}
kontain_start_seconds_count{start="cold"} 7
`;

test('only what happened in between counts', () => {
  const phases = difference(parseTotals(metrics(10, 1)), parseTotals(metrics(20, 1.1)));
  assert.deepEqual(phases.starts, { waiting: 0.5, fork: 0.5 });
  assert.equal(Math.round(phases.meanMs['start'] ?? 0), 5);
});

test('a server without a call says nothing', () => {
  assert.deepEqual(difference(parseTotals(''), parseTotals('')), { meanMs: {}, starts: {} });
});
