import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../lib/clock.ts';
import { isReadyLine, readyLine } from './ready-line.ts';

function logWith(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'log-'));
  const path = join(folder, 'part.log');
  writeFileSync(path, text);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test('sees the line of this run and not of an earlier one', async () => {
  const earlier = '{"ready":true}\n';
  using log = logWith(earlier);
  const gone = new AbortController();
  const options = { path: log.path, from: earlier.length, clock: systemClock, signal: gone.signal };
  const seen = readyLine(options);
  appendFileSync(log.path, 'größer\n{"ready":');
  await systemClock.sleep(30);
  appendFileSync(log.path, 'true,"port":1}\n');
  assert.equal(await seen, true);
});

test('gives up when the program has ended', async () => {
  using log = logWith('not yet\n');
  const gone = new AbortController();
  const seen = readyLine({ path: log.path, from: 0, clock: systemClock, signal: gone.signal });
  gone.abort();
  assert.equal(await seen, false);
});

test('only a JSON object that says ready is a ready line', () => {
  for (const line of ['{"ready":true}', '{"ready":true,"url":"http://x"}'])
    assert.ok(isReadyLine(line), line);
  for (const line of [
    '',
    'ready',
    '{"ready":false}',
    '{"ready":1}',
    '{"ready":true',
    '[true]',
    '{}',
    '{"a":"ready"}',
  ])
    assert.ok(!isReadyLine(line), line);
});
