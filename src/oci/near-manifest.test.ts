import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { registryUser, startRegistry } from '../../test/helpers/image-registry.ts';
import { writeLayout } from '../../test/helpers/oci-layout.ts';
import { digestOf } from './image-documents.ts';
import { readNearManifest } from './near-manifest.ts';
import { parseReference } from './reference.ts';
import { RegistryClient } from './registry/registry-client.ts';
import { RegistryConnection } from './registry/registry-connection.ts';

test('only of registries that are near, with the credentials that come last, and never another one than was asked for', async () => {
  await using registry = await startRegistry({ auth: true });
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const folder = await mkdtemp(join(tmpdir(), 'kontain-near-'));
  const digest = await writeLayout(folder, { layers: [[]] });
  const { username, password } = registryUser;
  const creds = ['--dest-creds', `${username}:${password}`];
  const image = `docker://${registry.host}/a`;
  await promisify(execFile)('skopeo', [
    'copy',
    '--dest-tls-verify=false',
    ...creds,
    `oci:${folder}`,
    `${image}:1`,
  ]);
  await rm(folder, { recursive: true });
  const login = (text: string) => new Map([[registry.host, Buffer.from(text).toString('base64')]]);
  const { signal } = new AbortController();
  const read = (text: string, hosts: string[], ...logins: string[]) =>
    readNearManifest(
      { reference: parseReference(text), auths: logins.map(login), signal },
      { client: new RegistryClient(connection), hosts },
    );
  const good = `${username}:${password}`;
  const bytes = await read(`${image}:1`, [registry.host], 'some:body', good);
  assert.equal(digestOf(bytes ?? Buffer.of()), digest);
  assert.deepEqual(await read(`${image}@${digest}`, [registry.host], good), bytes);
  assert.equal(await read(`${image}:1`, [], good), undefined);
  assert.equal(await read(`${image}:2`, [registry.host], good), undefined);
  assert.equal(await read(`${image}:1`, [registry.host], good, 'some:body'), undefined);
  assert.equal(await read('oci:/somewhere', [registry.host]), undefined);
});
