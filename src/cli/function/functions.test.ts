import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { serve } from '../../../test/helpers/serve.ts';
import { configMaps, namespaces } from '../../kube/builtin-resources.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { functions, specOf } from '../resources.ts';

let api: CliApi;
let client: KubeClient;
let cwd: string;
const source = 'def handler(event, context):\n    return "hello"\n';

before(async () => {
  api = await startCliApi();
  ({ client, cwd } = api);
  await writeFile(join(cwd, 'hello.py'), source);
  await writeFile(join(cwd, 'requirements.txt'), 'bs4\n');
  await writeFile(join(cwd, 'package.json'), '{"dependencies":{"lodash":"4","ms":"2"}}');
});

after(() => api[Symbol.asyncDispose]());

const run: CliApi['run'] = (argv, options) => api.run(argv, options);

const python = ['--runtime', 'python3.11', '--handler', 'hello.handler'];

async function deploy(name: string, ...flags: string[]) {
  const result = await run(['function', 'deploy', name, ...python, '-f', 'hello.py', ...flags]);
  assert.deepEqual({ exit: result.exit, stdout: result.stdout }, { exit: 0, stdout: '' }, result.stderr);
  return client.get(functions, { namespace: 'default', name });
}

const sha256 = (content: string | Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

test('deploy makes the Function that Kubeless would, in the fields of this platform', async () => {
  const flags = `-d requirements.txt --label foo:bar,bar=baz,foobar -e "A=1,2",B:c --secret-env T=token/value
    --configmap-env C=config/key --secrets s --memory 128Mi --cpu 500m --timeout 30s --port 9091 --servicePort 9092
    --node-selectors a=b --start cold --service-account me`;
  const object = await deploy('all', ...flags.split(/\s+/));
  assert.deepEqual(object.metadata.labels, {
    'created-by': 'kubeless',
    function: 'all',
    foo: 'bar',
    bar: 'baz',
    foobar: '',
  });
  assert.deepEqual(object.spec, {
    runtime: 'python3.11',
    handler: 'hello.handler',
    function: source,
    'function-content-type': 'text',
    checksum: sha256(source),
    deps: 'bs4\n',
    timeout: '30s',
    start: 'cold',
    env: [
      { name: 'A', value: '1,2' },
      { name: 'B', value: 'c' },
      { name: 'T', valueFrom: { secretKeyRef: { name: 'token', key: 'value' } } },
      { name: 'C', valueFrom: { configMapKeyRef: { name: 'config', key: 'key' } } },
    ],
    resources: { memory: '128Mi', cpu: '500m' },
    port: 9091,
    service: {
      ports: [{ name: 'http-function-port', protocol: 'TCP', port: 9092, targetPort: 9091 }],
      selector: { 'created-by': 'kubeless', function: 'all' },
      type: 'ClusterIP',
    },
    deployment: {
      spec: {
        template: {
          spec: {
            volumes: [{ name: 's-vol', secret: { secretName: 's' } }],
            nodeSelector: { a: 'b' },
            serviceAccountName: 'me',
            containers: [{ volumeMounts: [{ name: 's-vol', mountPath: '/s' }] }],
          },
        },
      },
    },
  });
});

test('the content type follows from the file, its first bytes, or the URL', async () => {
  const packed = gzipSync('content');
  await writeFile(join(cwd, 'f.tar.gz'), packed);
  await writeFile(join(cwd, 'f.zip'), 'PK');
  await writeFile(join(cwd, 'f.jar'), Buffer.from([0xff, 0xfe]));
  const typeOf = async (from: string, stdin: Buffer | string = '') => {
    const argv = ['function', 'deploy', 'x', ...python, '-f', from, '--dryrun', '-o', 'json'];
    const { stdout, stderr } = await run(argv, { stdin });
    assert.equal(stderr, '');
    return specOf(JSON.parse(stdout) as Parameters<typeof specOf>[0]);
  };
  assert.equal((await typeOf('f.tar.gz'))['function-content-type'], 'base64+compressedtar');
  assert.equal((await typeOf('f.zip'))['function-content-type'], 'base64+zip');
  assert.equal((await typeOf('f.jar'))['function-content-type'], 'base64');
  assert.equal((await typeOf('-', source))['function-content-type'], 'text');
  const piped = await typeOf('-', packed);
  assert.equal(piped['function-content-type'], 'base64+compressedtar');
  assert.equal(piped.function, packed.toString('base64'));
  assert.equal(piped.checksum, sha256(packed));
  await using web = await serve((request) => (request.url?.startsWith('/f.zip') ? packed : undefined));
  const fetched = await typeOf(`${web.url}/f.zip?raw=true`);
  assert.equal(fetched['function-content-type'], 'url+zip');
  assert.equal(fetched.function, `${web.url}/f.zip?raw=true`);
  assert.equal(fetched.checksum, sha256(packed));
});

test('wrong flags are one line and a hint, and nothing is sent', async () => {
  const refused = async (argv: string[], message: RegExp) => {
    const { exit, stderr, stdout } = await run(['function', 'deploy', ...argv]);
    assert.equal(exit, 2, stderr);
    assert.equal(stdout, '');
    const [error = '', hint = '', ...more] = stderr.trimEnd().split('\n');
    assert.match(error, message);
    assert.match(hint, /^hint: /);
    assert.deepEqual(more, []);
  };
  await writeFile(join(cwd, 'large.py'), 'x'.repeat(1_048_577));
  await using web = await serve(() => undefined);
  const ok = ['bad', ...python];
  await refused([], /Need exactly one argument - function name/);
  await refused(['bad'], /Either `--runtime` or `--runtime-image` flag must be specified/);
  await refused(['bad', '--runtime', 'python3.11'], /You must specify handler for the runtime/);
  await refused(
    ['bad', '-r', 'cobol1', '--handler', 'a.b'],
    /Invalid runtime: cobol1\. Supported runtimes are: python3\.11/,
  );
  await refused([...ok, '--nonsense'], /unknown flag: --nonsense/);
  await refused([...ok, '--memory', 'much'], /Wrong format of the memory value: "much"/);
  await refused([...ok, '--cpu', '-1'], /Wrong format for cpu value/);
  await refused([...ok, '--port', '0'], /Invalid port number 0 specified/);
  await refused([...ok, '--schedule', 'often'], /Invalid value for --schedule/);
  await refused([...ok, '--image-pull-policy', 'Maybe'], /must be \{IfNotPresent\|Always\|Never\}/);
  await refused([...ok, '--secret-env', 'A=b'], /must be KEY=secret\/key/);
  await writeFile(join(cwd, 'empty.py'), '');
  await refused([...ok, '-f', 'empty.py'], /empty\.py is empty: there is no function in it/);
  await refused([...ok, '-f', 'absent.py'], /cannot read absent\.py: there is no such file/);
  await refused([...ok, '-f', `${web.url}/f.py`], /was answered with 404/);
  const large = await run(['function', 'deploy', ...ok, '-f', 'large.py']);
  assert.equal(large.exit, 10);
  assert.match(large.stderr, /^error: no controller runs that takes a source of this size\nhint: .*\n$/);
  const { items } = await client.list(functions, { namespace: 'default' });
  assert.ok(items.every(({ metadata }) => metadata.name !== 'bad'));
});

test('what the API server refuses is told as it says it', async () => {
  const { exit, stderr } = await run(['function', 'deploy', 'Upper', ...python, '-f', 'hello.py']);
  assert.equal(exit, 2);
  assert.match(stderr, /^error: .*Upper/m);
  await deploy('twice');
  const again = await run(['function', 'deploy', 'twice', ...python, '-f', 'hello.py']);
  assert.equal(again.exit, 6);
  assert.match(again.stderr, /error: Function twice already exists\nhint: .*function update twice/);
});

test('files of Secrets and ConfigMaps, at their own places or another', async () => {
  const { spec } = await deploy('files', '--secrets', 's,t:/etc/t', '--configmaps', 'c:/etc/c,c:/srv/c');
  const pod = (spec as { deployment: { spec: { template: { spec: object } } } }).deployment.spec.template
    .spec;
  assert.deepEqual(pod, {
    volumes: [
      { name: 's-vol', secret: { secretName: 's' } },
      { name: 't-vol', secret: { secretName: 't' } },
      { name: 'c-config-vol', configMap: { name: 'c' } },
    ],
    containers: [
      {
        volumeMounts: [
          { name: 's-vol', mountPath: '/s' },
          { name: 't-vol', mountPath: '/etc/t' },
          { name: 'c-config-vol', mountPath: '/etc/c' },
          { name: 'c-config-vol', mountPath: '/srv/c' },
        ],
      },
    ],
  });
  for (const [flags, message] of [
    [['--secrets', 's:etc'], /--secrets must be NAME or NAME:\/path/],
    [['--secrets', 'a', '--configmaps', 'a'], /at \/a\nhint: .*NAME:\/path/],
  ] as const) {
    const { exit, stderr } = await run(['function', 'deploy', 'x', ...python, '-f', 'hello.py', ...flags]);
    assert.equal(exit, 2);
    assert.match(stderr, message);
  }
});

test('update changes what the flags say, and nothing else', async () => {
  await deploy('changing', '--timeout', '30', '--port', '9000', '--secrets', 'a', '-e', 'A=1', '-l', 'x=1');
  await writeFile(join(cwd, 'new.py'), 'new');
  const { exit } = await run([
    'function',
    'update',
    'changing',
    '-f',
    'new.py',
    '--secrets',
    'b',
    '-l',
    'y=2',
  ]);
  assert.equal(exit, 0);
  const { metadata, spec } = await client.get(functions, { namespace: 'default', name: 'changing' });
  assert.deepEqual(metadata.labels, { 'created-by': 'kubeless', function: 'changing', x: '1', y: '2' });
  const fields = specOf({ metadata, spec });
  assert.equal(fields.function, 'new');
  assert.equal(fields.checksum, sha256('new'));
  assert.equal(fields.timeout, '30');
  assert.equal(fields.port, 9000);
  assert.deepEqual(fields.env, [{ name: 'A', value: '1' }]);
  assert.match(JSON.stringify(fields.deployment), /a-vol.*b-vol.*"\/a".*"\/b"/);
  const missing = await run(['function', 'update', 'absent', '--timeout', '3']);
  assert.deepEqual([missing.exit, missing.stderr.split('\n')[0]], [4, 'error: Function absent is not found']);
});

test('list, describe and delete, as tables and as objects', async () => {
  const namespace = 'tables';
  const inNamespace = ['-n', namespace];
  await client.create(namespaces, { metadata: { name: namespace } });
  const node = ['--runtime', 'nodejs24', '--handler', 'index.main', '-d', 'package.json'];
  const flags = ['-f', 'hello.py', '--memory', '64Mi', '-e', 'A=1,B=2', ...inNamespace];
  await run(['function', 'deploy', 'hello', ...python, ...flags, '--schedule', '@daily']);
  await run(['function', 'deploy', 'web', ...node, '-f', 'hello.py', ...inNamespace]);
  await ready(namespace, 'hello');
  const lines = async (...argv: string[]) => {
    const { exit, stdout, stderr } = await run([...argv, ...inNamespace]);
    assert.equal(exit, 0, stderr);
    return stdout.split('\n').map((line) => line.replaceAll(/ *\t */g, '|'));
  };
  assert.deepEqual(await lines('function', 'ls'), [
    'NAME|NAMESPACE|HANDLER|RUNTIME|DEPENDENCIES|STATUS',
    'hello|tables|hello.handler|python3.11||READY',
    'web|tables|index.main|nodejs24|lodash: 4|NOT READY: Pending',
    '||||ms: 2',
    '',
  ]);
  assert.deepEqual(await lines('function', 'list', 'hello', '-o', 'wide'), [
    'NAME|NAMESPACE|HANDLER|RUNTIME|TYPE|TOPIC|DEPENDENCIES|STATUS|MEMORY|ENV|LABEL|SCHEDULE',
    'hello|tables|hello.handler|python3.11|Scheduled|||READY|64Mi|A = 1|created-by : kubeless|@daily',
    '|||||||||B = 2|function : hello',
    '',
  ]);
  const json = JSON.parse((await lines('function', 'list', '-o', 'json')).join('\n')) as { kind: string }[];
  assert.deepEqual(
    json.map(({ kind }) => kind),
    ['Function', 'Function'],
  );
  const env = { KUBELESS_FUNCTIONS_URL: 'http://calls.example.com/' };
  const { stdout } = await run(['function', 'describe', 'hello', ...inNamespace], { env });
  const described = stdout.replaceAll(/ *\t */g, '|');
  assert.match(
    described,
    /^Name:\|hello\nNamespace:\|tables\nHandler:\|hello.handler\nRuntime:\|python3.11\n/,
  );
  assert.match(described, /\nURL:\|http:\/\/calls\.example\.com\/tables\/hello\n/);
  assert.match(
    described,
    /Conditions:\nTYPE\|STATUS\|REASON\|MESSAGE\nReady\|True\|Serving\|It can be called\./,
  );
  assert.equal((await run(['function', 'list', 'nobody', ...inNamespace])).exit, 4);
  assert.deepEqual(await run(['function', 'delete', 'hello', ...inNamespace]), {
    exit: 0,
    stdout: '',
    stderr: '',
  });
  assert.equal((await run(['function', 'delete', 'hello', ...inNamespace])).exit, 4);
});

async function ready(namespace: string, name: string, status: 'True' | 'False' = 'True') {
  const condition = {
    type: 'Ready',
    status,
    reason: status === 'True' ? 'Serving' : 'BuildFailed',
    message: status === 'True' ? 'It can be called.' : 'pip found no "nonsense"',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const fields = { observedGeneration: 1, conditions: [condition] };
  const log = status === 'True' ? {} : { log: 'line 1\nline 2' };
  await client.mergePatch(
    functions,
    { namespace, name },
    { status: { ...fields, ...log } },
    { subresource: 'status' },
  );
}

test('deploy --wait ends when the function is ready', async () => {
  const waiting = run(['function', 'deploy', 'awaited', ...python, '-f', 'hello.py', '--wait']);
  await deployed('awaited');
  await ready('default', 'awaited');
  const { exit, stderr } = await waiting;
  assert.equal(exit, 0, stderr);
  assert.match(stderr, /^Function awaited is ready after [\d.]+ s$/m);
});

test('deploy --wait says why it failed, with the last lines of the log', async () => {
  const waiting = run(['function', 'deploy', 'broken', ...python, '-f', 'hello.py', '--wait']);
  await deployed('broken');
  await ready('default', 'broken', 'False');
  const { exit, stderr } = await waiting;
  assert.equal(exit, 9, stderr);
  assert.match(stderr, /line 1\nline 2\nerror: BuildFailed: pip found no "nonsense"\nhint: .*update broken/);
});

test('deploy --wait gives up after its time', async () => {
  const argv = [
    'function',
    'deploy',
    'slow',
    ...python,
    '-f',
    'hello.py',
    '--wait',
    '--wait-timeout',
    '100ms',
  ];
  const { exit, stderr } = await run(argv);
  assert.equal(exit, 5, stderr);
  assert.match(stderr, /error: the function is not ready after 0\.1 s/);
});

async function deployed(name: string): Promise<void> {
  for (;;) {
    const { items } = await client.list(functions, { namespace: 'default' });
    if (items.some(({ metadata }) => metadata.name === name)) return;
    await systemClock.sleep(20);
  }
}

test('where functions are called and which runtimes there are comes from the ConfigMap kubeless-config', async () => {
  await using web = await serve(() => Buffer.from('found'));
  const defaults = await run(['get-server-config']);
  assert.match(defaults.stderr, /^Current Server Config:\nSupported Runtimes are: python3\.11, nodejs24/);
  await client.create(namespaces, { metadata: { name: 'kubeless' } });
  const runtimes = '[{ID: python, versions: [{version: "3.9"}, {version: "3.10"}]}]';
  const data = { 'functions-url': web.url, 'runtime-images': runtimes };
  const metadata = { namespace: 'kubeless', name: 'kubeless-config' };
  await client.create(configMaps, { metadata, data });
  assert.equal((await run(['function', 'call', 'x'])).stdout, 'found\n');
  const told = await run(['get-server-config']);
  const lines = [
    'Current Server Config:',
    'Supported Runtimes are: python3.9, python3.10',
    `functions-url: ${web.url}`,
  ];
  assert.deepEqual(told, { exit: 0, stdout: '', stderr: `${lines.join('\n')}\n` });
  const refused = await run(['function', 'deploy', 'x', ...python, '-f', 'hello.py']);
  assert.match(
    refused.stderr,
    /Invalid runtime: python3\.11\. Supported runtimes are: python3\.9, python3\.10/,
  );
  await client.delete(configMaps, metadata);
});
