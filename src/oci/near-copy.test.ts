import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { registryUser, startRegistry } from '../../test/helpers/image-registry.ts';
import { writeLayout } from '../../test/helpers/oci-layout.ts';
import { serve } from '../../test/helpers/serve.ts';
import { file } from '../../test/helpers/tar-archive.ts';
import { blobPath, openImageStore, readImage } from './image-store.ts';
import { copyNearImage } from './near-copy.ts';
import { digestHex } from './paths.ts';
import { parseReference } from './reference.ts';
import { RegistryClient } from './registry/registry-client.ts';
import { RegistryConnection } from './registry/registry-connection.ts';

const anything = { default: [{ type: 'insecureAcceptAnything' }] };

async function world(stack: AsyncDisposableStack) {
  const home = mkdtempSync(join(tmpdir(), 'near-copy-'));
  stack.defer(() => rmSync(home, { recursive: true }));
  const connection = stack.use(new RegistryConnection({ isInsecure: () => true }));
  const [root, folder, layout] = ['root', 'staging', 'layout'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(folder);
  await openImageStore(root);
  const digest = await writeLayout(layout, { layers: [[file('bin/app')], [file('etc/passwd')]] });
  const policyFile = join(home, 'policy.json');
  const { username, password } = registryUser;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    root,
    folder,
    layout,
    digest,
    password: `${username}:${password}`,
    manifest: readFileSync(join(layout, 'blobs/sha256', digestHex(digest))),
    copy(
      host: string,
      bytes: Buffer,
      { policy = anything, hosts = [host] }: { policy?: object; hosts?: string[] } = {},
    ) {
      writeFileSync(policyFile, JSON.stringify(policy));
      const reference = parseReference(`docker://${host}/a@${digest}`);
      const request = { reference, auths: [new Map([[host, auth]])], signal: new AbortController().signal };
      const near = { client: new RegistryClient(connection), hosts };
      return copyNearImage(request, bytes, near, { root, folder, policyFile });
    },
  };
}

test('an image comes whole into the store; only what is missing is fetched', async () => {
  await using stack = new AsyncDisposableStack();
  const it = await world(stack);
  const registry = stack.use(await startRegistry({ auth: true }));
  const to = ['--dest-creds', it.password, `oci:${it.layout}`, `docker://${registry.host}/a:1`];
  execFileSync('skopeo', ['copy', '-q', '--dest-tls-verify=false', ...to]);
  assert.equal(await it.copy(registry.host, it.manifest), it.digest);
  const { config, manifest } = await readImage(it.root, it.digest);
  assert.equal(config.rootfs.diff_ids.length, 2);
  assert.deepEqual(readdirSync(it.folder), []);
  await registry.stop();
  assert.equal(await it.copy(registry.host, it.manifest), it.digest, 'all of it is here');
  rmSync(blobPath(it.root, manifest.layers[0]?.digest ?? ''));
  assert.equal(await it.copy(registry.host, it.manifest), undefined);
});

test('a blob that is another one than its name says does not come in', async () => {
  await using stack = new AsyncDisposableStack();
  const it = await world(stack);
  const right = (path: string) => readFileSync(join(it.layout, 'blobs/sha256', path.slice(-64)));
  let wrong = '';
  const server = stack.use(
    await serve(({ url = '' }) =>
      url.endsWith(wrong) ? Buffer.from('x'.repeat(right(url).length)) : right(url),
    ),
  );
  const { host } = new URL(server.url);
  const { layers } = JSON.parse(it.manifest.toString()) as { layers: { digest: string }[] };
  wrong = layers[1]?.digest ?? '';
  assert.equal(await it.copy(host, it.manifest), undefined);
  assert.ok(!existsSync(blobPath(it.root, wrong)));
  assert.ok(!existsSync(blobPath(it.root, it.digest)));
  wrong = 'none';
  assert.equal(await it.copy(host, it.manifest), it.digest);
});

test('skopeo is asked where a policy has rules, where the registry is far, and for what it would convert', async () => {
  await using stack = new AsyncDisposableStack();
  const it = await world(stack);
  const server = stack.use(
    await serve(({ url = '' }) => readFileSync(join(it.layout, 'blobs/sha256', url.slice(-64)))),
  );
  const { host } = new URL(server.url);
  for (const policy of [
    { default: [{ type: 'reject' }] },
    { ...anything, transports: { docker: { 'example.org': [{ type: 'reject' }] } } },
    { default: [...anything.default, { type: 'reject' }] },
    {},
  ])
    assert.equal(await it.copy(host, it.manifest, { policy }), undefined, JSON.stringify(policy));
  assert.equal(await it.copy(host, it.manifest, { hosts: [] }), undefined);
  const docker = it.manifest
    .toString()
    .replaceAll('oci.image.manifest.v1', 'docker.distribution.manifest.v2');
  assert.equal(await it.copy(host, Buffer.from(docker)), undefined);
  const large = it.manifest.toString().replaceAll(/"size":\d+/g, '"size":9000000');
  assert.equal(await it.copy(host, Buffer.from(large)), undefined);
  assert.equal(await it.copy(host, it.manifest), it.digest);
});
