import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { PlatformError } from '../lib/errors.ts';
import { inClusterConnection } from './in-cluster.ts';
import { loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
});
after(() => rm(folder, { recursive: true }));

interface Parts {
  cluster?: object;
  user?: object | null;
  context?: object;
}

async function write({ cluster = {}, user = {}, context = {} }: Parts, more: object = {}): Promise<string> {
  const file = join(folder, 'config');
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server: 'https://host:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u', ...context } }],
    ...more,
  };
  await writeFile(file, stringify(document));
  return file;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('data in the file wins over files beside it, which are found from its folder', async () => {
  for (const name of ['ca.crt', 'me.crt', 'me.key']) await writeFile(join(folder, name), `file ${name}`);
  const files = {
    cluster: { 'certificate-authority': 'ca.crt' },
    user: { 'client-certificate': 'me.crt', 'client-key': 'me.key' },
  };
  const first = await loadKubeconfig(await write(files));
  assert.deepEqual(first.tls, {
    insecure: false,
    ca: 'file ca.crt',
    cert: 'file me.crt',
    key: 'file me.key',
  });
  assert.deepEqual(
    [first.server, first.namespace, first.credential],
    ['https://host:6443', 'default', { kind: 'none' }],
  );

  const data = {
    'certificate-authority': 'missing',
    'certificate-authority-data': base64('data'),
    'tls-server-name': 'name',
  };
  const second = await loadKubeconfig(await write({ cluster: data, context: { namespace: 'ns' } }));
  assert.deepEqual(second.tls, { insecure: false, ca: 'data', serverName: 'name' });
  assert.equal(second.namespace, 'ns');
});

test('tokens, token files, another context, a user without anything', async () => {
  assert.deepEqual((await loadKubeconfig(await write({ user: { token: 't' } }))).credential, {
    kind: 'token',
    token: 't',
  });
  const both = await loadKubeconfig(await write({ user: { token: 't', tokenFile: 'token' } }));
  assert.deepEqual(both.credential, { kind: 'tokenFile', path: join(folder, 'token') });
  const other = await write({ user: null }, { 'current-context': '' });
  assert.deepEqual((await loadKubeconfig(other, { context: 'one' })).credential, { kind: 'none' });
});

const refusals: readonly [string, Parts, object, RegExp][] = [
  ['exec', { user: { exec: { command: 'aws' } } }, {}, /exec.*use a token/],
  ['auth-provider', { user: { 'auth-provider': {} } }, {}, /auth-provider/],
  ['basic authentication', { user: { username: 'u', password: 'p' } }, {}, /basic authentication/],
  ['impersonation', { user: { as: 'root' } }, {}, /impersonates/],
  ['a proxy', { cluster: { 'proxy-url': 'http://p' } }, {}, /proxy-url/],
  ['a server that is no URL', { cluster: { server: 'host:6443' } }, {}, /must be an http/],
  ['no current context', {}, { 'current-context': '' }, /no current-context/],
  ['an unknown context', {}, { 'current-context': 'two' }, /no context "two" \(it has: one\)/],
  ['an unknown cluster', { context: { cluster: 'x' } }, {}, /no cluster "x"/],
  ['no lists', {}, { contexts: null }, /no context "one" \(it has: none\)/],
  ['a missing file', { user: { 'client-key': 'missing' } }, {}, /client key .*missing/],
  ['a list of the wrong form', {}, { clusters: [{ cluster: {} }] }, /clusters/],
];

for (const [name, parts, more, message] of refusals) {
  test(`refuses ${name}`, async () => {
    await assert.rejects(loadKubeconfig(await write(parts, more)), { code: 'invalid', message });
  });
}

test('refuses a file that is missing or no YAML', async () => {
  await assert.rejects(loadKubeconfig(join(folder, 'nothing')), { code: 'invalid', message: /cannot read/ });
  assert.throws(() => parseKubeconfig('{', 'here'), { code: 'invalid', message: /here is not YAML/ });
});

test('any text is a kubeconfig or a clear refusal', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json().map((json) => stringify(JSON.parse(json))),
  );
  fc.assert(
    fc.property(text, (content) => {
      try {
        parseKubeconfig(content, 'x');
      } catch (error) {
        assert.ok(error instanceof PlatformError && error.code === 'invalid');
      }
    }),
  );
});

test('in a pod: host, CA, namespace and a token file that is read again', async () => {
  await writeFile(join(folder, 'ca.crt'), 'the CA');
  await writeFile(join(folder, 'namespace'), 'team\n');
  assert.deepEqual(await inClusterConnection({ host: 'fd00::1', port: '443', folder }), {
    server: 'https://[fd00::1]:443',
    namespace: 'team',
    tls: { ca: 'the CA', insecure: false },
    credential: { kind: 'tokenFile', path: join(folder, 'token') },
  });
  await assert.rejects(inClusterConnection({ host: undefined, port: '443', folder }), { code: 'invalid' });
  const missing = inClusterConnection({ host: 'h', port: '1', folder: join(folder, 'no') });
  await assert.rejects(missing, { code: 'invalid', message: /service account/ });
});
