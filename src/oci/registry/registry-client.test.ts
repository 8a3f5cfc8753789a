import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { registryUser, startRegistry } from '../../../test/helpers/image-registry.ts';
import { writeLayout } from '../../../test/helpers/oci-layout.ts';
import { digestOf } from '../image-documents.ts';
import { parseReference, type RegistryReference } from '../reference.ts';
import { RegistryClient } from './registry-client.ts';
import { artifactManifest, pushArtifact } from './push-artifact.ts';
import { RegistryConnection } from './registry-connection.ts';
import { builtin } from '../../lib/builtin.ts';

const { createServer } = builtin('node:http');

const { signal } = new AbortController();

function reference(text: string): RegistryReference {
  const parsed = parseReference(text);
  assert.ok(parsed.transport === 'docker');
  return parsed;
}

async function push(to: string, creds: string[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kontain-push-'));
  const digest = await writeLayout(folder, { layers: [[]] });
  await promisify(execFile)('skopeo', ['copy', '--dest-tls-verify=false', ...creds, `oci:${folder}`, to]);
  await rm(folder, { recursive: true });
  return digest;
}

test('digests of tags, from a registry without a password', async () => {
  await using registry = await startRegistry();
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const client = new RegistryClient(connection);
  const access = { auths: new Map<string, string>(), signal };
  const tag = reference(`docker://${registry.host}/a/b:1`);
  assert.equal(await client.manifestDigest(tag, access), undefined);
  const digest = await push(`docker://${registry.host}/a/b:1`);
  assert.equal(await client.manifestDigest(tag, access), digest);
  assert.equal(await client.deleteManifest({ ...tag, digest }, access), true);
  assert.equal(await client.manifestDigest(tag, access), undefined);
  assert.equal(await client.deleteManifest({ ...tag, digest }, access), false);
  await registry.stop();
  await assert.rejects(client.manifestDigest(tag, access), { code: 'not_ready' });
});

test('credentials', async () => {
  await using registry = await startRegistry({ auth: true });
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const client = new RegistryClient(connection);
  const user = `${registryUser.username}:${registryUser.password}`;
  const digest = await push(`docker://${registry.host}/a:1`, ['--dest-creds', user]);
  const tag = reference(`docker://${registry.host}/a:1`);
  const auth = (text: string) => ({
    auths: new Map([[registry.host, Buffer.from(text).toString('base64')]]),
    signal,
  });
  assert.equal(await client.manifestDigest(tag, auth(user)), digest);
  assert.equal(digestOf((await client.manifest(tag, auth(user))) ?? Buffer.of()), digest);
  assert.equal(await client.manifest({ ...tag, tag: 'other' }, auth(user)), undefined);
  await assert.rejects(client.manifestDigest(tag, auth('puller:wrong')), { code: 'forbidden' });
  await assert.rejects(client.manifestDigest(tag, { auths: new Map(), signal }), { code: 'forbidden' });
});

test('a token service, and a registry that leaves the digest out', async () => {
  await using server = createServer((request, response) => {
    const { url = '', headers } = request;
    const port = (server.address() as AddressInfo).port;
    if (url.startsWith('/token')) {
      const good = headers.authorization === `Basic ${Buffer.from('u:p').toString('base64')}`;
      return response.end(JSON.stringify(good ? { token: 'abc' } : {}));
    }
    if (headers.authorization !== 'Bearer abc') {
      response.setHeader('www-authenticate', `Bearer realm="http://127.0.0.1:${port}/token",service="s"`);
      response.statusCode = 401;
      return response.end();
    }
    return response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const client = new RegistryClient(connection);
  const auths = new Map([[host, Buffer.from('u:p').toString('base64')]]);
  const digest = await client.manifestDigest(reference(`docker://${host}/a:1`), { auths, signal });
  assert.equal(digest, 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  await assert.rejects(
    client.manifestDigest(reference(`docker://${host}/a:1`), { auths: new Map(), signal }),
    {
      code: 'forbidden',
    },
  );
});

test('an artifact is pushed as a stream, with and without a password; its digest is checked', async () => {
  const bytes = randomBytes(3 * 1024 * 1024);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const layer = { mediaType: 'application/octet-stream', digest, size: bytes.length };
  const stream = () => Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]);
  const user = Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64');
  for (const auth of [false, true]) {
    await using registry = await startRegistry({ auth });
    await using connection = new RegistryConnection({ isInsecure: () => true });
    const client = new RegistryClient(connection);
    const access = { auths: new Map(auth ? [[registry.host, user]] : []), signal };
    const target = reference(`docker://${registry.host}/a.sources:v1`);
    assert.deepEqual(await client.tags(target, access), []);
    const pushed = await pushArtifact(client, target, { ...layer, content: stream() }, access);
    assert.equal(await client.manifestDigest(target, access), pushed);
    assert.equal(pushed, `sha256:${createHash('sha256').update(artifactManifest(layer)).digest('hex')}`);
    assert.deepEqual(await client.tags(target, access), ['v1']);
    const wrong = { ...layer, digest: `sha256:${'0'.repeat(64)}`, content: stream() };
    await assert.rejects(pushArtifact(client, target, wrong, access), { code: 'invalid' });
    if (!auth) continue;
    const stranger = { auths: new Map<string, string>(), signal };
    await assert.rejects(pushArtifact(client, target, { ...layer, content: stream() }, stranger), {
      code: 'forbidden',
    });
  }
});
