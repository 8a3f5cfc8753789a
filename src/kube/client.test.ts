import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { configMap, listOf, status } from '../../test/helpers/kube-objects.ts';
import { connectTo, startScriptedApi, type Exchange } from '../../test/helpers/scripted-api.ts';
import { configMaps, namespaces } from './builtin-resources.ts';
import { isAlreadyExists, isConflict, isNotFound, KubeError } from './kube-error.ts';
import { NetworkError } from './network-error.ts';

const ref = { namespace: 'default', name: 'a' };

test('verbs become the right requests', async () => {
  await using api = await startScriptedApi((exchange) => exchange.json(200, configMap('a', '1')));
  const { client } = api;
  const object = configMap('a', '1');
  await client.get(configMaps, ref);
  await client.create(configMaps, object, { dryRun: true });
  await client.replace(configMaps, object);
  await client.replaceStatus(configMaps, object);
  await client.mergePatch(
    configMaps,
    ref,
    { metadata: { labels: { a: null } }, data: { x: 'y' } },
    { subresource: 'status', preconditions: { uid: 'u', resourceVersion: '3' } },
  );
  await client.delete(configMaps, ref, { propagationPolicy: 'Foreground', preconditions: { uid: 'u' } });
  await client.deleteCollection(configMaps, { namespace: 'default', labelSelector: 'a=b,c' });
  await client.get(namespaces, { name: 'n' });
  const path = '/api/v1/namespaces/default/configmaps';
  assert.deepEqual(
    api.exchanges.map((exchange) => `${exchange.method} ${exchange.path}?${exchange.query.toString()}`),
    [
      `GET ${path}/a?`,
      `POST ${path}?dryRun=All`,
      `PUT ${path}/a?`,
      `PUT ${path}/a/status?`,
      `PATCH ${path}/a/status?`,
      `DELETE ${path}/a?`,
      `DELETE ${path}?labelSelector=a%3Db%2Cc`,
      'GET /api/v1/namespaces/n?',
    ],
  );
  const [, , , , patch, remove] = api.exchanges;
  assert.equal(patch?.headers['content-type'], 'application/merge-patch+json');
  assert.deepEqual(JSON.parse(patch?.body ?? ''), {
    metadata: { labels: { a: null }, uid: 'u', resourceVersion: '3' },
    data: { x: 'y' },
  });
  assert.deepEqual(JSON.parse(remove?.body ?? ''), {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    preconditions: { uid: 'u' },
    propagationPolicy: 'Foreground',
  });
});

test('names that would address something else are refused before anything is sent', async () => {
  await using api = await startScriptedApi((exchange) => exchange.json(200, {}));
  for (const name of ['', '.', '..'])
    await assert.rejects(api.client.get(configMaps, { namespace: 'default', name }), { code: 'bad_request' });
  await assert.rejects(api.client.get(configMaps, { name: 'a' }), { code: 'bad_request' });
  assert.equal(api.exchanges.length, 0);
});

test('a Status becomes a KubeError with reason and causes', async () => {
  const causes = [{ reason: 'FieldValueInvalid', message: 'bad', field: 'spec.image' }];
  await using api = await startScriptedApi((exchange) =>
    exchange.json(422, status(422, 'Invalid', { causes })),
  );
  const error = await api.client.create(configMaps, configMap('a', '')).catch((e: unknown) => e);
  assert.ok(error instanceof KubeError);
  assert.deepEqual([error.code, error.httpStatus, error.reason], ['invalid', 422, 'Invalid']);
  assert.deepEqual(error.causes, causes);
});

test('what a proxy says instead of the API server is kept, shortened', async () => {
  await using api = await startScriptedApi((exchange) => {
    exchange.json(400, 'x'.repeat(5000));
  });
  const error = await api.client.get(configMaps, ref).catch((e: unknown) => e);
  assert.ok(error instanceof KubeError && error.message.length < 300);
  assert.equal(error.code, 'bad_request');
});

test('tells missing, existing and changed objects apart', async () => {
  const answers = [status(404, 'NotFound'), status(409, 'AlreadyExists'), status(409, 'Conflict')];
  await using api = await startScriptedApi((exchange, index) => {
    const answer = answers[index];
    exchange.json(answer?.code ?? 500, answer);
  });
  const errors: unknown[] = [];
  for (const _ of answers) errors.push(await api.client.get(configMaps, ref).catch((e: unknown) => e));
  assert.deepEqual(errors.map(isNotFound), [true, false, false]);
  assert.deepEqual(errors.map(isAlreadyExists), [false, true, false]);
  assert.deepEqual(errors.map(isConflict), [false, false, true]);
});

interface RetryCase {
  name: string;
  refuse: (exchange: Exchange) => void;
  reads: boolean;
  writes: boolean;
}

const retryCases: readonly RetryCase[] = [
  { name: '429', refuse: (e) => e.json(429, status(429, 'TooManyRequests')), reads: true, writes: true },
  {
    name: '503 with Retry-After',
    refuse: (e) => e.json(503, {}, { 'retry-after': '1' }),
    reads: true,
    writes: true,
  },
  { name: '503', refuse: (e) => e.json(503, status(503, 'ServiceUnavailable')), reads: true, writes: false },
  {
    name: '500 with details.retryAfterSeconds',
    refuse: (e) => e.json(500, status(500, 'ServerTimeout', { retryAfterSeconds: 1 })),
    reads: true,
    writes: true,
  },
  { name: '500', refuse: (e) => e.json(500, status(500, 'InternalError')), reads: false, writes: false },
  { name: 'a reset', refuse: (e) => e.drop(), reads: true, writes: false },
];

for (const { name, refuse, reads, writes } of retryCases) {
  test(`${name}: a read is ${reads ? '' : 'not '}tried again, a write is ${writes ? '' : 'not '}`, async () => {
    for (const [isRead, isRetried] of [
      [true, reads],
      [false, writes],
    ]) {
      await using api = await startScriptedApi((exchange, index) => {
        if (index === 0) refuse(exchange);
        else exchange.json(200, configMap('a', '1'));
      });
      const call = isRead
        ? api.client.get(configMaps, ref)
        : api.client.create(configMaps, configMap('a', ''));
      await (isRetried ? call : assert.rejects(call));
      assert.equal(api.exchanges.length, isRetried ? 2 : 1);
    }
  });
}

test('retries end', async () => {
  await using api = await startScriptedApi((exchange) => exchange.json(429, status(429, 'TooManyRequests')));
  await assert.rejects(api.client.get(configMaps, ref), { code: 'too_many_requests' });
  assert.equal(api.exchanges.length, 5);
});

test('a refused connection and an answer cut short are NetworkErrors', async () => {
  const api = await startScriptedApi((exchange) => {
    exchange.stream();
    exchange.send('{"kind":');
    setTimeout(exchange.drop, 10);
  });
  await assert.rejects(api.client.get(configMaps, ref), NetworkError);
  await api[Symbol.asyncDispose]();
  await assert.rejects(connectTo(api.url).get(configMaps, ref), {
    code: 'not_ready',
    message: /ECONNREFUSED/,
  });
});

test('an abort ends a request that hangs', async () => {
  await using api = await startScriptedApi(() => undefined);
  const call = api.client.get(configMaps, ref, { signal: AbortSignal.timeout(20) });
  await assert.rejects(call, { name: 'TimeoutError' });
});

test('a rotated token is read again when the old one is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kube-token-'));
  const path = join(folder, 'token');
  await writeFile(path, 'old\n');
  try {
    const check = (exchange: Exchange) => {
      const isGood = exchange.headers.authorization === 'Bearer new';
      exchange.json(isGood ? 200 : 401, isGood ? configMap('a', '1') : status(401, 'Unauthorized'));
    };
    await using api = await startScriptedApi(check, { kind: 'tokenFile', path });
    await assert.rejects(api.client.get(configMaps, ref), { code: 'unauthorized' });
    await writeFile(path, 'new\n');
    await api.client.get(configMaps, ref);
    assert.equal(api.exchanges.at(-1)?.headers.authorization, 'Bearer new');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('reads a huge list page by page, with kind and apiVersion in every item', async () => {
  const total = 20_000;
  await using api = await startScriptedApi(({ query, json }) => {
    const start = Number(query.get('continue') ?? 0);
    const end = Math.min(total, start + Number(query.get('limit')));
    const items = Array.from({ length: end - start }, (_, i) => ({
      metadata: { name: `n${start + i}`, namespace: 'default' },
    }));
    json(200, listOf('7', items, end < total ? { continue: String(end) } : {}));
  });
  const list = await api.client.list(configMaps);
  assert.equal(list.items.length, total);
  assert.equal(new Set(list.items.map(({ metadata }) => metadata.name)).size, total);
  assert.deepEqual([list.items[0]?.kind, list.items[0]?.apiVersion], ['ConfigMap', 'v1']);
  assert.equal(api.exchanges.length, 40);
});

test('a continue token that expires is answered by one list without a limit', async () => {
  await using api = await startScriptedApi(({ query, json }) => {
    if (query.has('continue')) return json(410, status(410, 'Expired'));
    const isPart = query.has('limit');
    return json(200, listOf('7', [configMap(isPart ? 'part' : 'all', '1')], isPart ? { continue: 'x' } : {}));
  });
  const list = await api.client.list(configMaps, { pageSize: 1 });
  assert.deepEqual(
    list.items.map(({ metadata }) => metadata.name),
    ['all'],
  );
});

test('a server that repeats its continue token does not hold us for ever', async () => {
  await using api = await startScriptedApi(({ json }) => json(200, listOf('7', [], { continue: 'x' })));
  await assert.rejects(api.client.list(configMaps), { code: 'bad_response' });
});
