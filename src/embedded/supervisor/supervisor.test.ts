import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallDisk, type SmallDisk } from '../../../test/helpers/small-disk.ts';
import { systemClock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/log.ts';
import { homeAt, type Home } from './home.ts';
import type { PartSpec } from './part.ts';
import { identify } from './process-identity.ts';
import { readRecord } from './supervisor-record.ts';
import { supervise } from './supervisor.ts';

const ready = `echo '{"ready":true}'`;

/** A part that is a shell script; HISTORY is a file that all of them can write to. */
function part(name: string, script: string, home: Home, stopGraceMs = 5000): PartSpec {
  const env = { PATH: process.env['PATH'] ?? '', HISTORY: join(home.root, 'history') };
  return { name, argv: ['sh', '-c', script], env, stopGraceMs };
}

/** Says when it starts and stops. */
function polite(name: string, home: Home): PartSpec {
  const script = `trap 'echo ${name} stops >> $HISTORY; exit 0' TERM
    sleep 0.05; echo ${name} starts >> $HISTORY; ${ready}; while :; do sleep 0.02; done`;
  return part(name, script, home);
}

function begin(home: Home, parts: PartSpec[]) {
  return beginStages(
    home,
    parts.map((spec) => [spec]),
  );
}

function beginStages(home: Home, stages: PartSpec[][]) {
  const stop = new AbortController();
  const options = {
    home,
    port: 0,
    sourceKey: 'k',
    settingsKey: 's',
    stages,
    clock: systemClock,
    log: silentLogger,
  };
  const ended = supervise({ ...options, signal: stop.signal });
  ended.catch(() => undefined);
  return {
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}

function newHome() {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'home-')));
  mkdirSync(home.logs);
  return { ...home, [Symbol.dispose]: () => rmSync(home.root, { recursive: true }) };
}

async function until<T>(read: () => T | undefined | null | false): Promise<T> {
  for (;;) {
    const value = read();
    if (value) return value;
    await systemClock.sleep(10);
  }
}

const whenReady = (home: Home) => until(() => readRecord(home)?.state === 'ready');
const runningPart = (home: Home, name: string, restarts = 0) =>
  until(() => {
    const record = readRecord(home)?.parts.find((item) => item.name === name);
    return record?.state === 'ready' && record.restarts >= restarts && record;
  });

test('starts the parts in order, each when the one before is ready, and stops them in reverse order', async () => {
  using home = newHome();
  {
    await using run = begin(home, [polite('one', home), polite('two', home)]);
    await whenReady(home);
    assert.ok(run);
  }
  const history = readFileSync(join(home.root, 'history'), 'utf8');
  assert.equal(history, 'one starts\ntwo starts\ntwo stops\none stops\n');
  assert.equal(readRecord(home), null);
});

test('the parts of one stage start together', async () => {
  using home = newHome();
  // Each waits for the other, so one after the other would never be ready.
  const mutual = (own: string, other: string) =>
    part(own, `touch ${own}; until [ -e ${other} ]; do sleep 0.01; done; ${ready}; exec sleep 600`, home);
  const [one, two] = [join(home.root, 'one'), join(home.root, 'two')];
  const named = [
    { ...mutual(one, two), name: 'one' },
    { ...mutual(two, one), name: 'two' },
  ];
  await using run = beginStages(home, [named]);
  await whenReady(home);
  assert.ok(run);
});

test('starts a part again after kill -9, and ends the helpers that it left', async () => {
  using home = newHome();
  const script = `sleep 600 & echo $! >> $HISTORY; ${ready}; wait`;
  await using run = begin(home, [part('one', script, home)]);
  const first = await runningPart(home, 'one');
  assert.ok(run && first.process);
  process.kill(first.process.pid, 'SIGKILL');
  const second = await runningPart(home, 'one', 1);
  assert.notEqual(second.process?.pid, first.process.pid);
  const helper = Number(readFileSync(join(home.root, 'history'), 'utf8').split('\n')[0]);
  await until(() => identify(helper) === null);
});

test('a part that cannot start for the first time is an error with its name, and nothing is left running', async () => {
  using home = newHome();
  const run = begin(home, [polite('good', home), part('bad', 'echo reason >&2; exit 3', home)]);
  await assert.rejects(run.ended, (error) => error instanceof PlatformError && error.code === 'start_failed');
  const record = readRecord(home);
  assert.equal(record?.state, 'failed');
  assert.match(record?.failure?.message ?? '', /bad ended with exit code 3 before it was ready: reason$/);
  assert.ok(record?.parts.every((item) => item.process === null));
  assert.equal(readFileSync(join(home.logs, 'bad.log'), 'utf8'), 'reason\n');
});

test('what is done once is done before the next part starts, and is not started again', async () => {
  using home = newHome();
  const setUp: PartSpec = { ...part('set-up', 'sleep 0.1; echo set up >> $HISTORY', home), once: true };
  {
    await using run = begin(home, [setUp, polite('one', home)]);
    await whenReady(home);
    assert.ok(run);
  }
  const history = readFileSync(join(home.root, 'history'), 'utf8');
  assert.equal(history, 'set up\none starts\none stops\n');
});

test('a program that does not exist is an error too', async () => {
  using home = newHome();
  const missing: PartSpec = { ...part('missing', '', home), argv: ['/does/not/exist'] };
  await assert.rejects(begin(home, [missing]).ended, PlatformError);
});

test('a part that ignores SIGTERM is killed after its grace', async () => {
  using home = newHome();
  {
    await using run = begin(home, [
      part('deaf', `trap '' TERM; ${ready}; while :; do sleep 1; done`, home, 100),
    ]);
    await whenReady(home);
    assert.ok(run);
  }
  assert.equal(readRecord(home), null);
});

test('on a full disk it goes on: parts are started again, and it ends when it is told to', async () => {
  using disk = smallDisk('1m');
  using life = newHome();
  const home = homeOn(disk);
  const script = `echo $$ >> ${join(life.root, 'pids')}; ${ready}; exec sleep 600`;
  const pids = (count: number) =>
    until(() => {
      const lines = readFileSync(join(life.root, 'pids'), 'utf8').trim().split('\n');
      return lines.length === count && lines.map(Number);
    });
  {
    await using run = begin(home, [part('one', script, home)]);
    await whenReady(home);
    disk.fill();
    process.kill((await pids(1))[0] ?? 0, 'SIGKILL');
    await pids(2);
    assert.equal(readRecord(home)?.supervisor.pid, process.pid);
    assert.ok(run);
  }
  for (const pid of await pids(2)) assert.equal(identify(pid), null);
});

test('it does not start anything where its record cannot be written', async () => {
  using disk = smallDisk('1m');
  const home = homeOn(disk);
  disk.fill();
  const run = begin(home, [polite('one', home)]);
  await assert.rejects(run.ended, /ENOSPC/);
  assert.deepEqual(readdirSync(disk.path).sort(), ['ballast', 'logs']);
});

function homeOn(disk: SmallDisk): Home {
  const home = homeAt(disk.path);
  mkdirSync(home.logs);
  return home;
}
