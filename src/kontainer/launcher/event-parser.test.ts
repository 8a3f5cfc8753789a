import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EventParser, type LauncherEvent } from './event-parser.ts';

const stream = Buffer.from(
  'started\t1\nup\t7\nholds\t7\t8192\nready\t8\nout\t8\t2\t5\na\tb\n\xff' +
    'failed\t8\tmount /proc\t1\ncut\t8\nexit\t8\t-1\t9\t1\t1200\t4096\ngone\t7\t256\t0\nmounted\t3\t2\n',
  'latin1',
);

const expected: LauncherEvent[] = [
  { type: 'started', protocol: 1 },
  { type: 'up', id: 7 },
  { type: 'holds', id: 7, bytes: 8192 },
  { type: 'ready', id: 8 },
  { type: 'out', id: 8, stream: 'stderr', chunk: Buffer.from('a\tb\n\xff', 'latin1') },
  { type: 'failed', id: 8, step: 'mount /proc', errno: 1 },
  { type: 'cut', id: 8 },
  { type: 'exit', id: 8, code: null, signal: 9, outOfMemory: true, cpuMicros: 1200, memoryPeakBytes: 4096 },
  { type: 'gone', id: 7, status: 256, outOfMemory: false },
  { type: 'mounted', id: 3, errno: 2 },
];

test('events are the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (sizes) => {
      const parser = new EventParser();
      const events: LauncherEvent[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        events.push(...parser.push(stream.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(events, expected);
    }),
  );
});

test('an unknown event is an error, not silence', () => {
  assert.throws(() => [...new EventParser().push(Buffer.from('surprise\t1\n'))], /surprise/);
});
