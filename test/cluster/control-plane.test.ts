import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const kubeconfig = process.env['KONTAIN_TEST_KUBECONFIG'] ?? '';
const kubectl = async (...args: string[]) =>
  (await promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig, ...args])).stdout;

test('the suites of this folder run against a real kube-apiserver of the pinned version', async () => {
  const version = JSON.parse(await kubectl('version', '-o', 'json')) as {
    serverVersion: { gitVersion: string };
  };
  assert.match(version.serverVersion.gitVersion, /^v1\.36\./);
});

test('its controllers run: a deleted namespace goes away with what is in it', async () => {
  await kubectl('create', 'namespace', 'to-go');
  await kubectl('--namespace', 'to-go', 'create', 'configmap', 'inside');
  await kubectl('delete', 'namespace', 'to-go', '--timeout=60s');
  const names = await kubectl('get', 'namespaces', '-o', 'name');
  assert.ok(!names.includes('to-go'));
});
