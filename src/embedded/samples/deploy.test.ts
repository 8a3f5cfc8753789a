import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { imageResource } from '../../api/image.ts';
import { deploySamples } from './deploy.ts';
import type { SampleImage } from './manifests.ts';

let api: CliApi;
before(async () => {
  api = await startCliApi();
});
after(() => api[Symbol.asyncDispose]());

const sample = (name: string): SampleImage => ({
  apiVersion: 'build.kontain.app/v1',
  kind: 'Image',
  metadata: { name, namespace: 'default', annotations: {} },
  spec: { image: 'oci:/images/one' },
});

/** What the downloader would say, from `atMs` on, in a time that passes as it is slept. */
async function deploy(name: string, says: readonly { atMs: number; status: string; reason: string }[]) {
  let ms = 0;
  const left = [...says];
  const say = async (): Promise<void> => {
    const [next] = left;
    if (next === undefined || next.atMs > ms) return;
    left.shift();
    const { status, reason } = next;
    const condition = {
      type: 'Ready',
      status,
      reason,
      message: `It is ${reason}.`,
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    };
    const patch = { status: { observedGeneration: 1, conditions: [condition], message: condition.message } };
    await api.client.mergePatch(imageResource, { namespace: 'default', name }, patch, {
      subresource: 'status',
    });
  };
  const sleep = async (duration: number): Promise<void> => {
    ms += Math.max(duration, 500);
    await say();
  };
  const clock = { monotonic: () => ms, sleep };
  const ready: string[] = [];
  const deployed = deploySamples({
    client: api.client,
    clock,
    samples: [sample(name)],
    timeoutMs: 120_000,
    onReady: ({ metadata }) => void ready.push(metadata.name),
  });
  const error = await deployed.then(
    () => null,
    (reason: unknown) => reason as { code: string; message: string },
  );
  return { ms, error, ready };
}

test('a disk that stays full is told in seconds', async () => {
  const { ms, error } = await deploy('full', [{ atMs: 1000, status: 'False', reason: 'DiskFull' }]);
  assert.equal(error?.code, 'disk_full');
  assert.match(error.message, /no room for the sample full: It is DiskFull/);
  assert.ok(ms <= 15_000, `it took ${ms} ms`);
});

test('one that has room again is none', async () => {
  const { error, ready } = await deploy('freed', [
    { atMs: 0, status: 'False', reason: 'DiskFull' },
    { atMs: 9000, status: 'False', reason: 'Pulling' },
    { atMs: 15_000, status: 'True', reason: 'Ready' },
  ]);
  assert.deepEqual({ error, ready }, { error: null, ready: ['freed'] });
});

test('everything else is waited for, and then told', async () => {
  const { ms, error } = await deploy('lost', [{ atMs: 0, status: 'False', reason: 'PullFailed' }]);
  assert.equal(error?.code, 'not_ready');
  assert.match(error.message, /the sample lost is not ready: It is PullFailed/);
  assert.ok(ms >= 120_000);
});
