import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { FunctionLogs, type FunctionLogsOptions } from './function-logs.ts';
import { LineSplitter } from './line-splitter.ts';
import { logPath } from './log-paths.ts';
import { readLogs, type ReadLogsOptions } from './read-logs.ts';

interface Place extends AsyncDisposable {
  root: string;
  logs: FunctionLogs;
}

async function place(change: Partial<FunctionLogsOptions> = {}): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'function-logs-'));
  const limits = { maxFileBytes: 10_000, flushMs: 5, maxPendingBytes: 100_000 };
  const logs = new FunctionLogs({ root, ...limits, clock: systemClock, log: silentLogger, ...change });
  return {
    root,
    logs,
    async [Symbol.asyncDispose]() {
      await logs[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

const call = (requestId: string, name = 'fn') => ({ namespace: 'ns', name, requestId });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function texts(options: Omit<ReadLogsOptions, 'namespace' | 'name'>, name = 'fn'): Promise<string[]> {
  return (await all(readLogs({ namespace: 'ns', name, ...options }))).map(({ text }) => text);
}

suite('FunctionLogs', () => {
  test('keeps lines per function and per request, whole although they come in pieces', async () => {
    await using at = await place();
    const [one, two] = [call('r1'), call('r2')];
    at.logs.write(one, 'stdout', Buffer.from('first\nsec'));
    at.logs.write(two, 'stderr', Buffer.from('other "quoted"\n'));
    at.logs.write(one, 'stdout', Buffer.from('ond\nlast without end'));
    at.logs.end(one);
    at.logs.end(two);
    await at.logs.flush();
    const { root } = at;
    assert.deepEqual(await texts({ root, requestId: 'r1' }), ['first', 'second', 'last without end']);
    assert.deepEqual(await texts({ root, requestId: 'r2' }), ['other "quoted"']);
    assert.equal((await texts({ root })).length, 4);
    assert.deepEqual(await texts({ root, requestId: 'r' }), []);
    assert.deepEqual(await texts({ root }, 'never-printed'), []);
    const [line] = await all(readLogs({ root, namespace: 'ns', name: 'fn', requestId: 'r2' }));
    assert.equal(line?.stream, 'stderr');
    assert.match(line?.time ?? '', /^\d{4}-\d\d-\d\dT/);
  });

  test('bytes that are no text, and lines that a crash cut, do no harm', async () => {
    await using at = await place();
    at.logs.write(call('r1'), 'stdout', Buffer.from([0xff, 0, 10, 0xc3]));
    at.logs.write(call('r1'), 'stdout', Buffer.from([0xa9, 10]));
    await at.logs.flush();
    await appendFile(logPath(at.root, 'ns', 'fn'), '{"time":"2026');
    assert.equal((await texts({ root: at.root })).length, 2);
  });

  test('two files of limited size are kept', async () => {
    await using at = await place({ maxFileBytes: 2000 });
    for (let count = 0; count < 100; count += 1) {
      at.logs.write(call('r'), 'stdout', Buffer.from(`line ${count}\n`));
      await at.logs.flush();
    }
    const path = logPath(at.root, 'ns', 'fn');
    assert.deepEqual((await readdir(join(path, '..'))).sort(), ['fn.log', 'fn.log.1']);
    for (const file of [path, `${path}.1`]) assert.ok((await stat(file)).size <= 2000);
    assert.equal((await texts({ root: at.root })).at(-1), 'line 99');
  });

  test('what the disk does not take in time is dropped, not kept in memory', async () => {
    await using at = await place({ maxPendingBytes: 1000 });
    for (let count = 0; count < 1000; count += 1) at.logs.write(call('r'), 'stdout', Buffer.from('line\n'));
    await at.logs.flush();
    assert.ok((await texts({ root: at.root })).length < 20);
  });

  test('no batch makes a file larger than it may be', async () => {
    await using at = await place({ maxFileBytes: 2000, maxPendingBytes: 1_000_000 });
    for (let count = 0; count < 100; count += 1) at.logs.write(call('r'), 'stdout', Buffer.from('é\n'));
    await at.logs.flush();
    const { size } = await stat(logPath(at.root, 'ns', 'fn'));
    assert.ok(size > 1000 && size <= 2000, `${size} bytes`);
  });

  test('one that prints without end does not displace what another prints', async () => {
    await using at = await place({ maxPendingBytes: 100_000 });
    const loud = call('loud');
    at.logs.write(loud, 'stdout', Buffer.alloc(1_000_000, '\n'));
    at.logs.write(call('quiet', 'other'), 'stdout', Buffer.from('heard\n'));
    at.logs.write(loud, 'stdout', Buffer.from('half of a line'));
    await at.logs.flush();
    at.logs.write(loud, 'stdout', Buffer.from('once more\n'));
    await at.logs.flush();
    assert.deepEqual(await texts({ root: at.root }, 'other'), ['heard']);
    assert.equal((await texts({ root: at.root })).at(-1), 'half of a lineonce more');
  });

  test('a log that cannot be written is no reason not to write the others', async () => {
    await using at = await place();
    await mkdir(logPath(at.root, 'ns', 'fn'), { recursive: true });
    at.logs.write(call('r1'), 'stdout', Buffer.from('nowhere\n'));
    at.logs.write(call('r2', 'other'), 'stdout', Buffer.from('here\n'));
    await at.logs.flush();
    assert.deepEqual(await texts({ root: at.root }, 'other'), ['here']);
  });

  test('whatever is printed is read back', async () => {
    await using at = await place({ maxFileBytes: 10_000_000, maxPendingBytes: 40_000_000 });
    const printed = fc.string({
      unit: fc.oneof(fc.constantFrom('\u2028', '\u2029', '\r', '\0', '"', '\u0085'), fc.string()),
    });
    const lines = fc.sample(printed, 500).map((text) => text.replaceAll('\n', ''));
    at.logs.write(call('r'), 'stdout', Buffer.from(lines.map((text) => `${text}\n`).join('')));
    await at.logs.flush();
    assert.deepEqual(
      await texts({ root: at.root }),
      lines.map((text) => Buffer.from(text).toString()),
    );
  });

  test('half a line of a call in flight does not bring the log of a deleted function back', async () => {
    await using at = await place();
    const inFlight = call('r');
    at.logs.write(inFlight, 'stdout', Buffer.from('line\nhalf'));
    await at.logs.remove('ns', 'fn');
    at.logs.end(inFlight);
    await at.logs.flush();
    await assert.rejects(stat(logPath(at.root, 'ns', 'fn')), { code: 'ENOENT' });
  });

  test('go with their function', async () => {
    await using at = await place();
    at.logs.write(call('r'), 'stdout', Buffer.from('line\n'));
    await at.logs.flush();
    at.logs.write(call('r'), 'stdout', Buffer.from('later\n'));
    await at.logs.remove('ns', 'fn');
    await at.logs.flush();
    assert.deepEqual(await readdir(join(at.root, 'logs', 'ns')), []);
  });

  test('names never become other paths', async () => {
    await using at = await place();
    for (const name of ['..', '../x', 'a/b', '', 'A']) {
      assert.throws(() => logPath(at.root, 'ns', name), { code: 'bad_request' });
      assert.throws(() => logPath(at.root, name, 'fn'), { code: 'bad_request' });
    }
  });
});

test('LineSplitter: the same text however it is cut, no line longer than allowed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[ab\n]{0,30}$/)),
      fc.integer({ min: 1, max: 10 }),
      (chunks, max) => {
        const splitter = new LineSplitter(max);
        const lines = [
          ...chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]),
          ...splitter.end(),
        ];
        for (const line of lines) assert.ok(line.length <= max && !line.includes('\n'));
        assert.equal(lines.join(''), chunks.join('').replaceAll('\n', ''));
      },
    ),
  );
});
