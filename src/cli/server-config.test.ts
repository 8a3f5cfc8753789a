import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '../../test/helpers/kube-objects.ts';
import { startScriptedApi } from '../../test/helpers/scripted-api.ts';
import { readServerConfig, supportedRuntimes } from './server-config.ts';

const io = { env: {} };

test('who may not read the configuration goes on without it: the API server checks the object anyway', async () => {
  await using api = await startScriptedApi(({ json }) => json(403, status(403, 'Forbidden')));
  const config = await readServerConfig(api.client, io);
  assert.equal(config, undefined);
  assert.equal(await supportedRuntimes(config), undefined);
});

test('who may not read definitions asks at the usual place', async () => {
  await using api = await startScriptedApi(({ path, json }) =>
    path.includes('customresourcedefinitions')
      ? json(403, status(403, 'Forbidden'))
      : json(200, { metadata: { name: 'kubeless-config' }, data: { 'build-concurrency': '2' } }),
  );
  assert.deepEqual(await readServerConfig(api.client, io), { 'build-concurrency': '2' });
  assert.equal(api.exchanges.at(-1)?.path, '/api/v1/namespaces/kubeless/configmaps/kubeless-config');
});

test('any other refusal is told', async () => {
  await using api = await startScriptedApi(({ json }) => json(401, status(401, 'Unauthorized')));
  await assert.rejects(readServerConfig(api.client, io), /Unauthorized|401/);
});
