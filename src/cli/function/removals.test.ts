import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { functions, specOf } from '../resources.ts';

let api: CliApi;
before(async () => {
  api = await startCliApi();
});
after(() => api[Symbol.asyncDispose]());

const image = ['--runtime-image', 'example.com/x'];
const ref = { namespace: 'default', name: 'hello' };

beforeEach(async () => {
  await api.run(['function', 'delete', 'hello']);
});

async function deploy(...flags: string[]) {
  const { exit, stderr } = await api.run(['function', 'deploy', 'hello', ...image, ...flags]);
  assert.equal(exit, 0, stderr);
}

async function update(...flags: string[]) {
  const { exit, stderr } = await api.run(['function', 'update', 'hello', ...flags]);
  assert.equal(exit, 0, stderr);
  return specOf(await api.client.get(functions, ref));
}

const bare = { image: 'docker://example.com/x', runtime: 'custom' };

test('update: an empty text takes away what a flag once set', async () => {
  const flags =
    `--memory 64Mi --cpu 1 --timeout 5 --idle-timeout 1m --isolation container --start cold --protocol http
    --concurrency 3 --prewarm 2 --build-env A=b --build-timeout 9m --service-account me --node-selectors a=b`.split(
      /\s+/,
    );
  await deploy();
  const { image: before } = await update();
  assert.equal(before, bare.image);
  await update(...flags);
  assert.deepEqual((await update('--memory', '')).resources, { cpu: '1' });
  assert.deepEqual((await update('--memory', '32Mi', '--cpu', '')).resources, { memory: '32Mi' });
  const names = flags.filter((flag) => flag.startsWith('--'));
  const { resources, deployment, build, ...rest } = await update(...names.map((name) => `${name}=`));
  assert.deepEqual([resources, build], [{}, {}]);
  assert.deepEqual(deployment, { spec: { template: { spec: {} } } });
  assert.deepEqual(rest, bare);
});

test('update: limits where clients of Kubeless wrote them go as well', async () => {
  await deploy('-e', 'A=b');
  const amounts = { memory: '64Mi', cpu: '1' };
  const container = { name: 'hello', resources: { limits: amounts, requests: amounts } };
  const deployment = { spec: { template: { spec: { containers: [container, { name: 'other' }] } } } };
  await api.client.mergePatch(functions, ref, { spec: { deployment } });
  const resources = { limits: { cpu: '1' }, requests: { cpu: '1' } };
  assert.deepEqual((await update('--memory', '')).deployment, {
    spec: {
      template: { spec: { containers: [{ ...container, resources }, { name: 'other' }], volumes: [] } },
    },
  });
});

test('update: files of one Secret or ConfigMap, or of all, are taken away, others stay', async () => {
  await deploy('--secrets', 'a,b', '--configmaps', 'c,d:/etc/d');
  const places = async (...flags: string[]) => {
    const { deployment } = await update(...flags);
    const { spec } = (deployment as unknown as Template).spec.template;
    const names = spec.volumes.map(({ name }) => name);
    assert.deepEqual(new Set(names), new Set(spec.containers[0]?.volumeMounts.map(({ name }) => name)));
    return names;
  };
  assert.deepEqual(await places('--secrets', 'a-'), ['b-vol', 'c-config-vol', 'd-config-vol']);
  assert.deepEqual(await places('--configmaps', 'd-,e'), ['b-vol', 'c-config-vol', 'e-config-vol']);
  assert.deepEqual(await places('--configmaps', ''), ['b-vol']);
  const absent = await api.run(['function', 'update', 'hello', '--secrets', 'x-']);
  const message = 'error: there are no files of x to take away with --secrets\nhint: There are: b.\n';
  assert.deepEqual([absent.exit, absent.stderr], [2, message]);
  assert.deepEqual(await places('--secrets', ''), []);
});

interface Template {
  spec: {
    template: { spec: { volumes: { name: string }[]; containers: { volumeMounts: { name: string }[] }[] } };
  };
}

test('deploy: nothing is there that could be taken away', async () => {
  const { exit, stderr } = await api.run(['function', 'deploy', 'hello', ...image, '--secrets', 'a-']);
  assert.equal(exit, 2);
  assert.match(
    stderr,
    /^error: --secrets a- takes away what a new function does not have\nhint: [^;]*update"\.\n$/,
  );
  await deploy('--memory', '', '--start', '');
});
