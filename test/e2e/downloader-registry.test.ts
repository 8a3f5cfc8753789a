import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { DownloaderWorld } from '../helpers/downloader.ts';
import { eventually } from '../helpers/eventually.ts';
import { registryUser, startRegistry, type ImageRegistry } from '../helpers/image-registry.ts';
import { writeLayout, writeMultiPlatform } from '../helpers/oci-layout.ts';
import { file } from '../helpers/tar-archive.ts';

const insecure = (...registries: ImageRegistry[]): NodeJS.ProcessEnv => ({
  KONTAIN_INSECURE_REGISTRIES: registries.map(({ host }) => host).join(','),
});

function push(layout: string, image: string, format = 'oci'): void {
  const credentials = `${registryUser.username}:${registryUser.password}`;
  const options = ['--dest-tls-verify=false', '--dest-creds', credentials, '--format', format];
  execFileSync('skopeo', ['copy', '-q', ...options, `oci:${layout}`, image]);
}

/** An image with one file of that content, pushed. Returns the digest in the registry. */
async function pushImage(
  world: DownloaderWorld,
  image: string,
  content: string,
  format = 'oci',
): Promise<string> {
  const layout = join(world.home, `image-${content}`);
  await writeLayout(layout, { layers: [[file('bin/app')], [file('content', content)]] });
  push(layout, image, format);
  const inspect = [
    'inspect',
    '--tls-verify=false',
    '--creds',
    `${registryUser.username}:${registryUser.password}`,
  ];
  return execFileSync('skopeo', [...inspect, '--format', '{{.Digest}}', image], { encoding: 'utf8' }).trim();
}

test('images come from a registry, by tag and by digest, in both formats', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry();
  const image = `docker://${registry.host}/team/app:v1`;
  const digest = await pushImage(world, image, 'one');
  const docker = await pushImage(world, `docker://${registry.host}/team/docker:v1`, 'one', 'v2s2');
  await world.start(insecure(registry));
  await world.apply('by-tag', { image });
  await world.reason('by-tag', 'Ready');
  await world.apply('by-digest', { image: `docker://${registry.host}/team/app@${digest}` });
  await world.reason('by-digest', 'Ready');
  await world.apply('docker-format', { image: `docker://${registry.host}/team/docker:v1` });
  await world.reason('docker-format', 'Ready');
  assert.equal((await world.image('by-tag')).status?.digest, digest);
  assert.equal((await world.image('docker-format')).status?.digest, docker, 'as the registry has it');
  assert.notEqual(docker, digest);
  const specs = [
    await world.spec('by-tag'),
    await world.spec('by-digest'),
    await world.spec('docker-format'),
  ];
  assert.equal(new Set(specs.map(({ layers }) => layers.join(' '))).size, 1);
  assert.equal(readdirSync(join(world.root, 'oci-layers')).length, 2);
  assert.ok(
    !readdirSync(join(world.root, 'oci-images')).some((name) => name.startsWith('.')),
    'no staging is left',
  );
});

test('of an image for several platforms the one for this node is fetched, and the digest is that of all', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry();
  const layout = join(world.home, 'image');
  const digest = await writeMultiPlatform(layout, [
    { layers: [[file('arm')]], architecture: 'arm64' },
    { layers: [[file('bin/app')]] },
  ]);
  const image = `docker://${registry.host}/app:v1`;
  execFileSync('skopeo', ['copy', '-q', '--all', '--dest-tls-verify=false', `oci:${layout}`, image]);
  await world.start(insecure(registry));
  await world.apply('app', { image });
  await world.reason('app', 'Ready');
  assert.equal((await world.image('app')).status?.digest, digest);
  assert.equal(
    readdirSync(join(world.root, 'oci-images/blobs/sha256')).length,
    3,
    'no blob of another platform',
  );
});

test('a registry that hangs keeps nobody else waiting', async () => {
  await using world = await DownloaderWorld.open();
  const hanging = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  try {
    const layout = join(world.home, 'image');
    await writeLayout(layout, { layers: [[file('bin/app')]] });
    await world.start();
    for (let i = 0; i < 6; i += 1)
      await world.apply(`hangs-${i}`, { image: `docker://127.0.0.1:${port}/x:${i}` });
    await world.apply('works', { image: `oci:${layout}` });
    await world.reason('works', 'Ready');
    await world.delete('works');
    await eventually('it is gone', () => !existsSync(join(world.root, 'oci-bundles/default/works')));
  } finally {
    hanging.close();
  }
});

test('a tag that moved takes effect with the next edit, or after the refresh time', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry();
  const image = `docker://${registry.host}/app:latest`;
  const first = await pushImage(world, image, 'one');
  const program = await world.start(insecure(registry));
  await world.apply('app', { image });
  await world.reason('app', 'Ready');
  const second = await pushImage(world, image, 'two');
  await world.apply('app', { args: ['edited'] });
  await world.reason('app', 'Ready');
  assert.equal((await world.image('app')).status?.digest, second);
  assert.notEqual(first, second);
  await program[Symbol.asyncDispose]();
  const third = await pushImage(world, image, 'three');
  await world.start({ ...insecure(registry), KONTAIN_REFRESH_SECONDS: '1' });
  await eventually(
    'the tag is resolved again',
    async () => (await world.image('app')).status?.digest === third,
  );
});

test('pull secrets open private registries, and nothing that is here is given to others', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry({ auth: true });
  const image = `docker://${registry.host}/private/app:v1`;
  await pushImage(world, image, 'secret');
  await world.start(insecure(registry));
  await world.apply('mine', { image, imagePullSecrets: [{ name: 'pull' }] });
  assert.match(await world.reason('mine', 'SecretNotFound'), /Secret pull does not exist/);
  await world.putSecret('pull', { wrong: 'x' });
  assert.match(await world.reason('mine', 'InvalidSecret'), /\.dockerconfigjson/);
  const wrong = { auths: { [registry.host]: { username: 'puller', password: 'wrong' } } };
  await world.putSecret('pull', { '.dockerconfigjson': JSON.stringify(wrong) });
  const message = await world.reason('mine', 'PullFailed');
  assert.match(message, /refuses access.*imagePullSecrets/);
  const right = { auths: { [`https://${registry.host}/v2/`]: registryUser } };
  await world.putSecret('pull', { '.dockerconfigjson': JSON.stringify(right) });
  await world.reason('mine', 'Ready');
  await world.apply('other', { image });
  assert.match(await world.reason('other', 'PullFailed'), /refuses access/);
  assert.ok(!existsSync(join(world.root, 'oci-bundles/default/other')));
});

test('a registry that is away is tried again, while the version of before is served', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry();
  const image = `docker://${registry.host}/app:v1`;
  await pushImage(world, image, 'one');
  const program = await world.start(insecure(registry));
  await world.apply('app', { image });
  await world.reason('app', 'Ready');
  const before = await world.spec('app');
  await registry.stop();
  await world.apply('app', { args: ['edited'] });
  assert.match(await world.reason('app', 'PullFailed'), /cannot be reached.*still served/);
  assert.deepEqual(await world.spec('app'), before);
  const { status } = await world.image('app');
  assert.equal(status?.nodes?.['n1']?.ready, true);
  assert.equal(status.nodes?.['n1']?.generation, 1);
  await world.apply('missing', { image: `docker://127.0.0.1:1/x` });
  await world.reason('missing', 'PullFailed');
  await registry.start();
  await world.reason('app', 'Ready', 60_000);
  assert.deepEqual((await world.spec('app')).args.slice(-1), ['edited']);
  await registry.stop();
  await program[Symbol.asyncDispose]();
  await world.start(insecure(registry));
  await world.apply('later', { image: 'docker://127.0.0.1:1/y' });
  await world.reason('later', 'PullFailed');
  await world.reason('app', 'Ready');
});

test('images that are not there or no images say so', async () => {
  await using world = await DownloaderWorld.open();
  await using registry = await startRegistry();
  await pushImage(world, `docker://${registry.host}/app:v1`, 'one');
  await world.start(insecure(registry));
  await world.apply('no-tag', { image: `docker://${registry.host}/app:v2` });
  assert.match(await world.reason('no-tag', 'PullFailed'), /does not exist.*spec\.image/);
  await world.apply('no-name', { image: `docker://${registry.host}/nothing:v2` });
  assert.match(await world.reason('no-name', 'PullFailed'), /does not exist/);
  await world.apply('plain-http', { image: `docker://localhost:${registry.host.split(':')[1]}/app:v1` });
  assert.match(await world.reason('plain-http', 'PullFailed'), /plain HTTP|certificate|reached/);
});
