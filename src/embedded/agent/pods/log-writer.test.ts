import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { maxLineBytes, maxLogBytes, parseLogLine, type LogStream } from '../pod-logs.ts';
import { LogWriter } from './log-writer.ts';

function place() {
  const folder = mkdtempSync(join(tmpdir(), 'log-writer-'));
  const path = join(folder, 'x.log');
  return {
    path,
    /** Texts of a stream, parts put together. */
    read(stream: LogStream): string {
      const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1).map(parseLogLine);
      const own = lines.filter((line) => line?.stream === stream);
      return own.map((line) => `${line?.text}${line?.complete ? '\n' : ''}`).join('');
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

const clock = { now: () => Date.UTC(2026, 0, 1) };

test('whatever the chunks are, the lines of each stream come out whole', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' ', 'F'), maxLength: 200 });
  const chunks = fc.array(fc.tuple(fc.constantFrom<LogStream>('stdout', 'stderr'), text));
  fc.assert(
    fc.property(chunks, (written) => {
      using it = place();
      {
        using log = new LogWriter(it.path, clock);
        for (const [stream, chunk] of written) log.write(stream, Buffer.from(chunk));
      }
      for (const stream of ['stdout', 'stderr'] as const) {
        const all = written.flatMap(([of, chunk]) => (of === stream ? [chunk] : [])).join('');
        assert.equal(it.read(stream), all === '' || all.endsWith('\n') ? all : `${all}\n`);
      }
    }),
    { numRuns: 50 },
  );
});

test('a line that is too long is written in parts', () => {
  using it = place();
  const long = 'x'.repeat(2 * maxLineBytes + 5);
  {
    using log = new LogWriter(it.path, clock);
    log.write('stdout', Buffer.from(`${long}\nend\n`));
  }
  assert.equal(it.read('stdout'), `${long}\nend\n`);
  assert.match(readFileSync(it.path, 'utf8'), / stdout P x+\n.* stdout P x+\n.* stdout F xxxxx\n/);
});

test('a log does not grow without end, and says that it ended', () => {
  using it = place();
  using log = new LogWriter(it.path, clock);
  for (let i = 0; i < 200; i += 1) log.write('stderr', Buffer.from(`${'y'.repeat(99_999)}\n`));
  assert.ok(statSync(it.path).size < maxLogBytes + 2 * maxLineBytes);
  assert.match(readFileSync(it.path, 'utf8'), /the log ends here: it has \d+ bytes\]\n$/);
});

test('the tail is what was written last, within its limits', () => {
  using it = place();
  using log = new LogWriter(it.path, clock);
  for (let i = 0; i < 1000; i += 1) log.write('stdout', Buffer.from(`${i}\n`));
  assert.equal(log.tail.split('\n').length, 81);
  assert.match(log.tail, /^920\n[^]*\n999\n$/);
  log.write('stderr', Buffer.from(`${'z'.repeat(5000)}\n`));
  assert.equal(log.tail.length, 2048);
});
