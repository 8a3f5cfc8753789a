import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Registry } from 'prom-client';
import { kontainerSpec } from '../../test/helpers/kontainer-spec.ts';
import { InlineDriver } from '../../test/helpers/inline-driver.ts';
import { MemorySource } from '../../test/helpers/memory-source.ts';
import { systemClock as clock } from '../lib/clock.ts';
import { silentLogger as log } from '../lib/log.ts';
import { configFrom, defaultWorkers } from './config-from.ts';
import { parseSettings } from './config-schema.ts';
import { DataPlane } from './data-plane.ts';
import { statusPages } from './status/status-pages.ts';

const machine = { cores: 4, totalBytes: 1000, constrainedBytes: 0 };

test('at its start it removes the logs of functions that are gone', async () => {
  const root = await mkdtemp(join(tmpdir(), 'data-plane-'));
  const folder = join(root, 'logs', 'default');
  await mkdir(folder, { recursive: true });
  for (const name of ['fn.log', 'fn.log.1', 'gone.log', 'gone.log.1'])
    await writeFile(join(folder, name), '');
  const config = configFrom(parseSettings([], { KONTAIN_ROOT: root }), machine);
  const source = new MemorySource([kontainerSpec({ name: 'fn' })]);
  await using driver = new InlineDriver({});
  const plane = new DataPlane({
    config,
    source,
    driver,
    registry: new Registry(),
    observe: () => undefined,
    clock,
    log,
  });
  assert.equal(plane.loaded, false);
  await plane.start();
  assert.equal(plane.loaded, true);
  assert.deepEqual((await readdir(folder)).sort(), ['fn.log', 'fn.log.1']);
  await plane[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

suite('configuration', () => {
  test('defaults follow the machine and its cgroup', () => {
    const config = configFrom(parseSettings([], {}), { ...machine, constrainedBytes: 500 });
    assert.deepEqual(
      [config.admission.memoryBytes, config.workers, config.port, config.host],
      [400, 2, 8080, '127.0.0.1'],
    );
    assert.equal(configFrom(parseSettings([], {}), machine).admission.memoryBytes, 800);
    assert.deepEqual([1, 2, 3, 4, 64].map(defaultWorkers), [1, 1, 1, 2, 32]);
  });

  test('the names of the original server count where ours are not set', () => {
    const config = configFrom(parseSettings([], { FUNC_PORT: '81', SHUTDOWN_TIMEOUT: '3' }), machine);
    assert.deepEqual([config.port, config.drain.graceMs], [81, 3000]);
    assert.equal(configFrom(parseSettings([], { FUNC_PORT: '81', KONTAIN_PORT: '82' }), machine).port, 82);
  });

  test('flags overrule the environment; what cannot be read is named', () => {
    const given = ['--port', '2', '--root', '/r', '--node-name', 'x'];
    const settings = parseSettings(given, { KONTAIN_PORT: '1' });
    assert.deepEqual([settings.KONTAIN_PORT, settings.KONTAIN_ROOT], [2, '/r']);
    assert.throws(() => parseSettings(['--prot', '2'], {}), { code: 'bad_request', hint: /usage/ });
    assert.throws(() => parseSettings([], { KONTAIN_PORT: 'x' }), /KONTAIN_PORT/);
    assert.throws(() => parseSettings([], { KONTAIN_WORKERS: '0' }), /KONTAIN_WORKERS/);
  });
});

test('/healthz, /readyz and /metrics', async () => {
  let reason: string | undefined;
  const pages = statusPages({ notReady: async () => Promise.resolve(reason), metrics: new Registry() });
  assert.deepEqual([(await pages('/healthz')).body, (await pages('/readyz')).status], ['OK', 200]);
  reason = 'draining';
  assert.deepEqual([(await pages('/readyz')).status, (await pages('/readyz')).body], [503, 'draining']);
  assert.equal((await pages('/healthz')).status, 200);
  assert.match((await pages('/metrics')).contentType, /text\/plain/);
});
