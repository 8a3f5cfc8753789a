import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kontainerSpec } from '../../../test/helpers/kontainer-spec.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { publishBundle, removeBundle } from '../../oci/bundle-publish.ts';
import { BundleSource } from './bundle-source.ts';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('follows the bundles on disk, and leases what is open', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bundle-source-'));
  const bundle = { namespace: 'ns', name: 'fn' };
  const publish = (generation: number) =>
    publishBundle(
      root,
      bundle,
      { spec: kontainerSpec({ ...bundle, generation }), imageConfig: {} },
      Date.now(),
    );
  const leases = () => readdir(join(root, 'in-use', 'server'));
  await publish(1);
  const source = new BundleSource({ root, serverId: 'server', clock: systemClock, log: silentLogger });
  const versions = new Map<string, string>();
  await source.watch({
    set: ({ namespace, name, version }) => versions.set(`${namespace}/${name}`, version),
    deleted: ({ namespace, name }) => versions.delete(`${namespace}/${name}`),
  });
  const first = versions.get('ns/fn');
  const other = { namespace: 'new', name: 'other' };
  await source.look('new', 'other');
  await publishBundle(root, other, { spec: kontainerSpec(other), imageConfig: {} }, Date.now());
  await source.look('new', 'other');
  assert.ok(versions.has('new/other'), 'without the notice');
  await removeBundle(root, other, Date.now());
  await until(() => !versions.has('new/other'));
  const [one, again] = [await source.open('ns', 'fn'), await source.open('ns', 'fn')];
  assert.deepEqual([one.version, one.spec.generation], [first, 1]);

  await publish(2);
  await until(() => versions.get('ns/fn') !== first);
  const two = await source.open('ns', 'fn');
  assert.equal(two.spec.generation, 2);
  assert.equal((await leases()).length, 2);
  await one.release();
  assert.equal((await leases()).length, 2);
  await again.release();
  assert.equal((await leases()).length, 1);

  await removeBundle(root, bundle, Date.now());
  await until(() => !versions.has('ns/fn'));
  await assert.rejects(source.open('ns', 'fn'), { code: 'not_found' });
  await publishBundle(root, bundle, { spec: { version: 2 }, imageConfig: {} }, Date.now());
  await assert.rejects(source.open('ns', 'fn'), { code: 'not_ready' });
  await source[Symbol.asyncDispose]();
  await two.release();
  assert.deepEqual(await readdir(join(root, 'in-use')), []);
  await rm(root, { recursive: true });
});
