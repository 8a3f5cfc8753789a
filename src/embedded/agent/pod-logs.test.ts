import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatLogLine, logTime, parseLogLine, podLogPath, type LogStream } from './pod-logs.ts';

test('what is written is read again, whatever the text', () => {
  const lines = fc.record({
    time: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e14) })
      .map((date) => logTime(date.getTime())),
    stream: fc.constantFrom<LogStream>('stdout', 'stderr'),
    complete: fc.boolean(),
    text: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(lines, (line) => {
      assert.deepEqual(parseLogLine(formatLogLine(line).slice(0, -1)), { ...line });
    }),
  );
});

test('what is no line of a log is none, and never an exception', () => {
  for (const text of ['', 'x', '2026-11-30T11:59:01Z stdo', '2026-11-30T11:59:01Z stdout X a'])
    assert.equal(parseLogLine(text), undefined);
  fc.assert(fc.property(fc.string(), (text) => void parseLogLine(text)));
});

test('times have nanoseconds, and names never lead out of the folder', () => {
  assert.equal(logTime(Date.UTC(2026, 10, 30, 11, 59, 1, 123)), '2026-11-30T11:59:01.123000000Z');
  assert.equal(podLogPath('/h', 'u', 'build'), '/h/pods/u/build.log');
  assert.equal(podLogPath('/h', 'u', 'build', true), '/h/pods/u/build.previous.log');
  assert.equal(podLogPath('/h', '..', '../../x'), '/h/pods/_/.._.._x.log');
});
