import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { imageSettings } from './image-settings.ts';
import { imageSpecSchema } from './image-spec.ts';

const mebi = 1024 * 1024;

test('defaults', () => {
  assert.deepEqual(imageSettings({ image: 'oci:/a' }), {
    isolation: 'container',
    timeoutMs: 180_000,
    idleTimeoutMs: 600_000,
    concurrency: 0,
    prewarm: 1,
    memoryBytes: 256 * mebi,
    cpuMillis: 0,
    pids: 128,
    fileSizeBytes: 64 * mebi,
    tmpBytes: 64 * mebi,
  });
});

test('what is written counts; the file size follows the storage', () => {
  const settings = imageSettings({
    image: 'oci:/a',
    timeout: '2m',
    idleTimeout: 5,
    resources: { memory: '1Gi', cpu: '1.5', pids: 7, ephemeralStorage: '8Mi' },
  });
  assert.deepEqual(
    [settings.timeoutMs, settings.idleTimeoutMs, settings.memoryBytes, settings.cpuMillis, settings.pids],
    [120_000, 5_000, 1024 * mebi, 1500, 7],
  );
  assert.deepEqual([settings.tmpBytes, settings.fileSizeBytes], [8 * mebi, 8 * mebi]);
});

test('the descriptions promise the same defaults', () => {
  const text = JSON.stringify(z.toJSONSchema(imageSpecSchema, { io: 'input' }));
  for (const promise of ['180.', '10m.', '256Mi.', 'no limit.', '128.', '64Mi.', '1.', '0, as many'])
    assert.ok(text.includes(`Default: ${promise}`), promise);
});
