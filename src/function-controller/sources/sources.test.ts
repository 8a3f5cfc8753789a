import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { registryUser, startRegistry, type ImageRegistry } from '../../../test/helpers/image-registry.ts';
import { functionResource } from '../../api/function.ts';
import { configMaps, namespaces } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { createLogger } from '../../lib/log.ts';
import { RegistryClient, type RegistryAccess } from '../../oci/registry/registry-client.ts';
import { RegistryConnection } from '../../oci/registry/registry-connection.ts';
import { parseReference, type RegistryReference } from '../../oci/reference.ts';
import { collectSources } from './collect-sources.ts';
import { SourceListener } from './source-listener.ts';
import { builtin } from '../../lib/builtin.ts';

const { request } = builtin('node:http');

const folder = mkdtempSync(join(tmpdir(), 'kontain-sources-'));
const address = join(folder, 'deep/sources.sock');
const log = createLogger({ name: 'test', level: 'fatal' });
const place = { namespace: 'kubeless', name: 'kubeless-config' };
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

let registry: ImageRegistry;
let auths: Map<string, string>;
/** Functions of the namespace `default`. */
const functions: object[] = [];
before(async () => {
  registry = await startRegistry({ auth: true });
  const user = `${registryUser.username}:${registryUser.password}`;
  auths = new Map([[registry.host, Buffer.from(user).toString('base64')]]);
});
after(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** The objects that are read, as an API server answers them. */
const client = {
  get: (resource: { plural: string }, { name }: { name: string }) => {
    if (resource.plural === namespaces.plural && name !== 'nowhere')
      return Promise.resolve({
        metadata: { name, ...(name === 'ending' ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
      });
    if (resource.plural !== configMaps.plural) return Promise.reject(new KubeError(404, 'no such Secret'));
    const data = {
      'function-registry': `${registry.host}/f`,
      'source-limit': '2Mi',
      'function-registry-tls-verify': 'false',
    };
    return Promise.resolve({ metadata: place, data });
  },
  list: (resource: { plural: string }) => {
    const of: Record<string, object[]> = {
      [namespaces.plural]: [{ metadata: { name: 'default' } }],
      [functionResource.plural]: functions,
    };
    return Promise.resolve({ metadata: {}, items: of[resource.plural] ?? [] });
  },
} as unknown as KubeClient;

let now = Date.UTC(2026, 0, 1);
const newListener = () =>
  new SourceListener({ address, client, place, programAuths: auths, clock: { now: () => now }, log });
const hourMs = 3_600_000;

async function send(method: string, path: string, body?: Buffer, length = body?.length) {
  const headers = length === undefined ? {} : { 'content-length': length };
  const outgoing = request({ socketPath: address, method, path, headers });
  outgoing.on('error', () => undefined);
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const text = (await buffer(answer)).toString('utf8');
  return { status: answer.statusCode, json: JSON.parse(text) as { image?: string; message?: string } };
}

/** What the registry has of uploads that are not done. Of one that is taken back this registry leaves a small state behind. */
function uploads(): string[] {
  return globSync('**/_uploads/*/data', { cwd: registry.data });
}

async function tags(): Promise<string[]> {
  return ask(`docker://${registry.host}/f/default.sources`, (repository, reference, access) =>
    repository.tags(reference, access),
  );
}

async function ask<T>(
  image: string,
  question: (client: RegistryClient, reference: RegistryReference, access: RegistryAccess) => Promise<T>,
): Promise<T> {
  await using connection = new RegistryConnection({ isInsecure: () => true });
  const reference = parseReference(image);
  assert.ok(reference.transport === 'docker');
  const { signal } = new AbortController();
  return await question(new RegistryClient(connection), reference, { auths, signal });
}

/** Whether a build would find it. */
const isThere = async (image: string): Promise<boolean> =>
  (await ask(image, (repository, reference, access) => repository.manifest(reference, access))) !== undefined;

/** Two looks of the collector; `between` and `atFunctions` are what happens between them, and in the middle of the second. */
async function lookTwice(between: () => Promise<void>, atFunctions = async () => {}): Promise<void> {
  const stop = new AbortController();
  let looks = 0;
  const sleep = async (): Promise<void> => {
    looks += 1;
    if (looks === 2) return stop.abort();
    now += hourMs;
    await between();
  };
  const interrupted = {
    ...client,
    list: async (resource: { plural: string }) => {
      const found = await client.list(resource as never);
      if (looks === 1 && resource.plural === functionResource.plural) await atFunctions();
      return found;
    },
  } as unknown as KubeClient;
  const common = { place, programAuths: auths, log };
  await collectSources({ client: interrupted, ...common, clock: { sleep } }, stop.signal);
  assert.equal(looks, 2);
}

test('a source is stored once, by its digest; what is wrong or too large is not', async () => {
  await using listener = newListener();
  await listener.listen();
  const content = randomBytes(1_200_000);
  const path = `/sources/default/${sha256(content)}`;
  assert.deepEqual(await send('GET', path), {
    status: 200,
    json: { image: null, limitBytes: 2 * 1024 ** 2 },
  });
  const { status, json } = await send('PUT', path, content);
  assert.equal(status, 200, json.message);
  assert.match(json.image ?? '', /^docker:\/\/127\.0\.0\.1:\d+\/f\/default\.sources@sha256:/);
  for (const method of ['GET', 'PUT'])
    assert.equal((await send(method, path, method === 'PUT' ? content : undefined)).json.image, json.image);

  const wrong = `/sources/default/${'0'.repeat(64)}`;
  assert.deepEqual((await send('PUT', wrong, content)).status, 422);
  assert.equal((await send('PUT', wrong, Buffer.alloc(3 * 1024 ** 2))).status, 413);
  assert.equal((await send('DELETE', wrong)).status, 405);
  for (const bad of ['/', '/sources/default/abc', `/sources/../${'0'.repeat(64)}`, `${wrong}/x`])
    assert.equal((await send('GET', bad)).status, 404, bad);
  for (const namespace of ['nowhere', 'ending']) {
    const { status, json } = await send('PUT', `/sources/${namespace}/${sha256(content)}`, content);
    assert.equal(status, 404);
    assert.match(json.message ?? '', /^There is no namespace /);
  }
  assert.deepEqual((await tags()).sort(), [sha256(content), `${sha256(content)}.${now}`]);
  assert.deepEqual(uploads(), [], 'nothing is left of what was refused');
});

test('of a source whose sender goes away in the middle nothing is left', async () => {
  await using listener = newListener();
  await listener.listen();
  const content = randomBytes(1_000_000);
  const path = `/sources/default/${sha256(content)}`;
  const headers = { 'content-length': content.length };
  const outgoing = request({ socketPath: address, method: 'PUT', path, headers });
  outgoing.on('error', () => undefined);
  outgoing.write(content.subarray(0, 600_000));
  await eventually('the registry has a part of it', () => uploads().length === 1);
  outgoing.destroy();
  await eventually('the upload is gone', () => uploads().length === 0);
  assert.equal((await send('GET', path)).json.image, null);
  assert.equal((await send('PUT', path, content)).status, 200, 'it can be sent again');
});

test('sources that no Function names go at the second look, and no others', async () => {
  await using listener = newListener();
  await listener.listen();
  const [used, unused] = [randomBytes(1000), randomBytes(1000)];
  for (const content of [used, unused])
    assert.equal((await send('PUT', `/sources/default/${sha256(content)}`, content)).status, 200);
  functions.push({
    metadata: {},
    spec: { source: { oci: 'docker://x' }, checksum: `sha256:${sha256(used)}` },
  });
  await lookTwice(async () => {
    assert.ok((await tags()).includes(sha256(unused)), 'the first look removes nothing');
  });
  assert.ok((await tags()).includes(sha256(used)));
  assert.deepEqual(
    (await tags()).filter((tag) => tag.startsWith(sha256(unused))),
    [],
    'nothing of it is left',
  );
});

test('a source that is found between the looks, or in the middle of the second, is there for its Function', async () => {
  await using listener = newListener();
  await listener.listen();
  for (const method of ['GET', 'PUT'])
    for (const when of ['between', 'during']) {
      const content = randomBytes(1000);
      const path = `/sources/default/${sha256(content)}`;
      const old = (await send('PUT', path, content)).json.image ?? '';
      let found = '';
      const find = async (): Promise<void> => {
        const { json } = await send(method, path, method === 'PUT' ? content : undefined);
        found = json.image ?? '';
      };
      await lookTwice(
        async () => (when === 'between' ? find() : undefined),
        async () => (when === 'during' ? find() : undefined),
      );
      assert.notEqual(found, old, 'a digest that the collector does not know');
      assert.ok(await isThere(found), `${method} ${when}: a build finds it`);
      assert.ok(!(await isThere(old)), 'what nobody was told of in this hour is gone');
      functions.push({ metadata: {}, spec: { source: { oci: found }, checksum: sha256(content) } });
      await lookTwice(async () => undefined);
      assert.ok(await isThere(found), 'a Function names it');
      functions.length = 0;
      await lookTwice(async () => undefined);
      assert.ok(!(await isThere(found)), 'and goes with it');
    }
});

test('what a Function names already stays what it is, and what was just put is not put anew', async () => {
  await using listener = newListener();
  await listener.listen();
  const content = randomBytes(1000);
  const path = `/sources/default/${sha256(content)}`;
  const first = (await send('PUT', path, content)).json.image ?? '';
  now += 60_000;
  assert.equal((await send('GET', path)).json.image, first);
  now += hourMs;
  const held = `?held=${first.slice(-64)}`;
  assert.equal((await send('GET', `${path}${held}`)).json.image, first);
  const renewed = (await send('GET', path)).json.image ?? '';
  assert.notEqual(renewed, first);
  assert.equal((await send('GET', `${path}${held}`)).json.image, first, 'both are there');
  const other = `?held=${'0'.repeat(64)}`;
  assert.equal((await send('GET', `${path}${other}`)).json.image, renewed, 'it is not there: the newest');
  now -= 2 * hourMs;
  assert.notEqual((await send('GET', path)).json.image, renewed, 'from the future: not known to be fresh');
});
