import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DownloaderWorld } from '../helpers/downloader.ts';
import { startRegistry } from '../helpers/image-registry.ts';
import { writeLayout } from '../helpers/oci-layout.ts';
import { file } from '../helpers/tar-archive.ts';

/** One image, at two places of a registry, and a policy that trusts only the first (containers-policy.json(5)). */
async function worldWithPolicy(stack: AsyncDisposableStack): Promise<[DownloaderWorld, string]> {
  const world = stack.use(await DownloaderWorld.open());
  const registry = stack.use(await startRegistry());
  const layout = join(world.home, 'image');
  await writeLayout(layout, { layers: [[file('bin/app')]] });
  for (const place of ['trusted', 'other']) {
    const to = `docker://${registry.host}/${place}/app:v1`;
    execFileSync('skopeo', ['copy', '-q', '--dest-tls-verify=false', `oci:${layout}`, to]);
  }
  const policyFile = join(world.home, 'policy.json');
  const docker = { [`${registry.host}/trusted`]: [{ type: 'insecureAcceptAnything' }] };
  writeFileSync(policyFile, JSON.stringify({ default: [{ type: 'reject' }], transports: { docker } }));
  await world.start({
    KONTAIN_INSECURE_REGISTRIES: registry.host,
    KONTAIN_SIGNATURE_POLICY: policyFile,
  });
  return [world, registry.host];
}

test('what the signature policy rejects is not served, and the reason is told', async () => {
  await using stack = new AsyncDisposableStack();
  const [world, host] = await worldWithPolicy(stack);
  await world.apply('other', { image: `docker://${host}/other/app:v1` });
  assert.match(await world.reason('other', 'PullFailed'), /policy of the node does not allow the image/);
  await world.apply('trusted', { image: `docker://${host}/trusted/app:v1` });
  await world.reason('trusted', 'Ready');
});

test('a policy counts for the place of an image, also when its content is there already', async () => {
  await using stack = new AsyncDisposableStack();
  const [world, host] = await worldWithPolicy(stack);
  await world.apply('trusted', { image: `docker://${host}/trusted/app:v1` });
  await world.reason('trusted', 'Ready');
  const { digest = '' } = (await world.image('trusted')).status ?? {};
  await world.apply('by-tag', { image: `docker://${host}/other/app:v1` });
  await world.reason('by-tag', 'PullFailed');
  await world.apply('by-digest', { image: `docker://${host}/other/app@${digest}` });
  await world.reason('by-digest', 'PullFailed');
});

test('an image of another namespace’s functions is not served, however it is named', async () => {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await DownloaderWorld.open());
  const registry = stack.use(await startRegistry());
  const layout = join(world.home, 'image');
  await writeLayout(layout, { layers: [[file('bin/app')]] });
  for (const place of ['functions/default/app', 'functions/other/app', 'platform/app']) {
    const to = `docker://${registry.host}/${place}:v1`;
    execFileSync('skopeo', ['copy', '-q', '--dest-tls-verify=false', `oci:${layout}`, to]);
  }
  await world.start({
    KONTAIN_INSECURE_REGISTRIES: `${registry.host},${registry.host.replace('127.0.0.1', 'localhost')}`,
    KONTAIN_FUNCTION_REGISTRY: `${registry.host}/functions`,
  });
  for (const place of ['functions/default/app', 'platform/app']) {
    const name = place.replaceAll('/', '-');
    await world.apply(name, { image: `docker://${registry.host}/${place}:v1` });
    await world.reason(name, 'Ready');
  }
  const { digest = '' } = (await world.image('platform-app')).status ?? {};
  const { host } = registry;
  const foreign = {
    exact: `${host}/functions/other/app:v1`,
    spelled: `${host.replace('127.0.0.1', 'localhost')}/functions/other/app@${digest}`,
  };
  for (const [name, image] of Object.entries(foreign)) {
    await world.apply(name, { image: `docker://${image}` });
    assert.match(await world.reason(name, 'InvalidSpec'), /belongs to functions of namespace other/);
  }
});
