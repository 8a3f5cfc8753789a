import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePorts } from '../../../test/helpers/free-ports.ts';
import { systemClock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import { homeAt } from './home.ts';
import { launch } from './launch.ts';
import { isAlive, waitForEnd, type ProcessIdentity } from './process-identity.ts';
import { shutDown } from './shut-down.ts';
import type { SupervisorRecord } from './supervisor-record.ts';

const fixture = join(import.meta.dirname, '../../../test/fixtures/supervisor-of-sleepers.ts');
const sleeper = `echo '{"ready":true}'; exec sleep 600`;

async function instance(scripts: string[] = [sleeper, sleeper]) {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'home-')));
  const [port = 0] = await freePorts(1);
  return {
    home,
    port,
    up: (sourceKey = 'k', settings: Record<string, string> = {}) =>
      launch({
        home,
        port,
        sourceKey,
        supervisor: [process.execPath, fixture, home.root, String(port), sourceKey, ...scripts],
        env: { PATH: process.env['PATH'], ...settings },
        clock: systemClock,
        timeoutMs: 60_000,
      }),
    down: () => shutDown({ home, clock: systemClock }),
    async [Symbol.asyncDispose]() {
      await shutDown({ home, clock: systemClock });
      rmSync(home.root, { recursive: true });
    },
  };
}

function processesOf(record: SupervisorRecord): ProcessIdentity[] {
  return [record.supervisor, ...record.parts.flatMap((part) => part.process ?? [])];
}

async function kill(target: ProcessIdentity): Promise<void> {
  process.kill(target.pid, 'SIGKILL');
  assert.ok(await waitForEnd(target, 20_000, systemClock));
}

test('up starts it, up again finds it running, down ends every process', async () => {
  await using it = await instance();
  const first = await it.up();
  assert.equal(first.how, 'started');
  assert.equal(processesOf(first.record).filter(isAlive).length, 3);
  const second = await it.up();
  assert.equal(second.how, 'running');
  assert.deepEqual(second.record.supervisor, first.record.supervisor);
  assert.equal(await it.down(), true);
  assert.equal(processesOf(first.record).filter(isAlive).length, 0);
  assert.equal(await it.down(), false);
});

test('two at the same time start one supervisor', async () => {
  await using it = await instance();
  const [one, two] = await Promise.all([it.up(), it.up()]);
  assert.deepEqual(one.record.supervisor, two.record.supervisor);
});

test('another version of the sources restarts it', async () => {
  await using it = await instance();
  const old = await it.up('old');
  const changed = await it.up('new');
  assert.equal(changed.how, 'restarted');
  assert.equal(processesOf(old.record).filter(isAlive).length, 0);
});

test('other settings restart it; the same ones do not', async () => {
  await using it = await instance();
  const old = await it.up();
  const changed = await it.up('k', { KONTAIN_TLS_PORT: '8443' });
  assert.equal(changed.how, 'restarted');
  assert.equal(processesOf(old.record).filter(isAlive).length, 0);
  const same = await it.up('k', { KONTAIN_TLS_PORT: '8443', KONTAIN_HOME: '.', LANG: 'C' });
  assert.equal(same.how, 'running');
  assert.equal((await it.up()).how, 'restarted');
});

test('when the supervisor is killed its parts end by themselves, and the next up starts afresh', async () => {
  await using it = await instance();
  const { record } = await it.up();
  await kill(record.supervisor);
  for (const left of processesOf(record)) assert.ok(await waitForEnd(left, 20_000, systemClock));
  const again = await it.up();
  assert.equal(again.how, 'started');
  assert.equal(processesOf(again.record).filter(isAlive).length, 3);
});

test('parts that outlive a killed supervisor are swept, by up and by down', async () => {
  // It ignores the SIGTERM that the kernel sends when the supervisor dies.
  await using it = await instance([`trap '' TERM; echo '{"ready":true}'; while :; do sleep 1; done`]);
  const first = await it.up();
  await kill(first.record.supervisor);
  const second = await it.up();
  assert.equal(processesOf(first.record).filter(isAlive).length, 0);
  await kill(second.record.supervisor);
  await it.down();
  assert.equal(processesOf(second.record).filter(isAlive).length, 0);
});

test('a part that cannot start makes up fail at once with its name and where the logs are', async () => {
  await using it = await instance([sleeper, 'exit 7']);
  await assert.rejects(it.up(), (error) => {
    assert.ok(error instanceof PlatformError && error.code === 'start_failed');
    assert.match(error.message, /part-1 ended with exit code 7/);
    assert.ok(error.hint?.includes(it.home.logs));
    return true;
  });
});

test('a taken port fails up with a message that names it', async () => {
  await using it = await instance();
  const other = createServer().listen(it.port, '127.0.0.1');
  await once(other, 'listening');
  await assert.rejects(it.up(), /port .* is taken/);
  other.close();
});
