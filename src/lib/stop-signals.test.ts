import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { onStopSignal } from './stop-signals.ts';

test('stops once, however many signals come', () => {
  const process = new EventEmitter();
  let stops = 0;
  onStopSignal(process, () => (stops += 1));
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT', 'SIGTERM']) assert.ok(process.emit(signal));
  assert.equal(stops, 1);
});
