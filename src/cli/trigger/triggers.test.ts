import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startCliApi, tableLines, type CliApi } from '../../../test/helpers/cli-api.ts';
import { eventually } from '../../../test/helpers/eventually.ts';
import { apiVersion, cronJobTriggers, functions, httpTriggers, images } from '../resources.ts';

let api: CliApi;
const namespace = 'default';

before(async () => {
  api = await startCliApi();
  for (const name of ['hello', 'bye', 'scaled'])
    await api.client.create(functions, {
      apiVersion,
      kind: 'Function',
      metadata: { name, namespace, labels: { 'created-by': 'kubeless' } },
      spec: { handler: 'a.b', runtime: 'python3.11' },
    });
});
after(() => api[Symbol.asyncDispose]());

async function ok(...argv: string[]): Promise<string> {
  const { exit, stdout, stderr } = await api.run(argv);
  assert.equal(exit, 0, stderr);
  return stdout;
}

async function refused(exit: number, message: RegExp, ...argv: string[]): Promise<void> {
  const result = await api.run(argv);
  assert.equal(result.exit, exit, result.stderr);
  assert.match(result.stderr, message);
}

test('HTTP triggers: create, update what is given, list, delete', async () => {
  const http = ['trigger', 'http'];
  const create = [...http, 'create', 'ing', '--function-name', 'hello', '--path', '/api'];
  const { stderr } = await api.run([...create, '--cors-enable', '--tls-secret', 'cert']);
  assert.equal(stderr, 'HTTP trigger ing created in namespace default successfully!\n');
  const object = await api.client.get(httpTriggers, { namespace, name: 'ing' });
  assert.deepEqual(object.spec, {
    'function-name': 'hello',
    'host-name': 'hello.127.0.0.1.nip.io',
    path: 'api',
    gateway: 'nginx',
    'tls-secret': 'cert',
    'cors-enable': true,
  });
  assert.deepEqual(object.metadata.labels, { 'created-by': 'kubeless' });
  await ok(...http, 'update', 'ing', '--hostname', 'a.example.com', '--function-name', 'bye');
  const { spec } = await api.client.get(httpTriggers, { namespace, name: 'ing' });
  assert.deepEqual(spec, {
    'function-name': 'bye',
    'host-name': 'a.example.com',
    path: 'api',
    gateway: 'nginx',
    'tls-secret': 'cert',
    'cors-enable': true,
  });
  assert.deepEqual(tableLines(await ok(...http, 'ls')), ['NAME|NAMESPACE|FUNCTION NAME', 'ing|default|bye']);
  assert.deepEqual(tableLines(await ok(...http, 'list', '-o', 'wide')), [
    'NAME|NAMESPACE|FUNCTION NAME|HOST|PATH|URL|STATUS',
    'ing|default|bye|a.example.com|/api',
  ]);
  await ok(...http, 'delete', 'ing');
  await refused(4, /HTTP trigger ing is not found/, ...http, 'delete', 'ing');
  await refused(4, /HTTP trigger ing is not found/, ...http, 'update', 'ing', '--path', 'x');
});

test('HTTP triggers: where they are called, or why not, is said once the controller has said it', async () => {
  const { client } = api;
  const image = { apiVersion: 'build.kontain.app/v1', kind: 'Image', metadata: { namespace, name: 'own' } };
  await client.create(images, { ...image, spec: { image: 'oci:/a' } });
  const answers = [
    { status: 'True', reason: 'Ready', message: 'x' },
    { status: 'False', reason: 'Conflict', message: 'Host a.example is taken.' },
  ] as const;
  const said = ['It is called at http://own.example:1/', 'It is not ready: Host a.example is taken.'];
  for (const [index, answer] of answers.entries()) {
    const name = `said-${index}`;
    const run = api.run(['trigger', 'http', 'create', name, '--function-name', 'own']);
    const time = { type: 'Ready', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 };
    const status = { conditions: [{ ...time, ...answer }], url: 'http://own.example:1/' };
    const ref = { namespace, name };
    await eventually('the controller saw it', () =>
      client.mergePatch(httpTriggers, ref, { status }, { subresource: 'status' }).catch(() => undefined),
    );
    assert.equal((await run).stderr.split('\n')[1], said[index]);
    await ok('trigger', 'http', 'delete', name);
  }
});

test('HTTP triggers: what is wrong is refused', async () => {
  const create = ['trigger', 'http', 'create', 'x'];
  await refused(2, /required flag\(s\) "function-name" not set/, ...create);
  await refused(
    4,
    /Unable to find Function nobody in namespace default/,
    ...create,
    '--function-name',
    'nobody',
  );
  const tls = ['--enableTLSAcme', '--tls-secret', 'a'];
  await refused(2, /Cannot specify both/, ...create, '--function-name', 'hello', ...tls);
  await refused(
    2,
    /must be \{nginx\|traefik\|kong\}/,
    ...create,
    '--function-name',
    'hello',
    '--gateway',
    'mine',
  );
  const host = ['--function-name', 'hello', '--hostname', 'NO'];
  await refused(2, /write a host name/, ...create, ...host);
});

test('cronjob triggers: create, update what is given, list, delete', async () => {
  const cronjob = ['trigger', 'cronjob'];
  const create = [...cronjob, 'create', 'tick', '--function', 'hello', '--schedule', '*/5 * * * *'];
  await ok(...create, '--time-zone', 'Europe/Berlin');
  const specNow = async () => (await api.client.get(cronJobTriggers, { namespace, name: 'tick' })).spec;
  const first = { schedule: '*/5 * * * *', 'function-name': 'hello', timeZone: 'Europe/Berlin' };
  // Kubeless sends {} where no payload was given; the function is to be called with GET.
  assert.deepEqual(await specNow(), first);
  await writeFile(join(api.cwd, 'p.json'), '{"test":"foo"}');
  await ok(...cronjob, 'update', 'tick', '-f', 'p.json', '-H', 'X-A: b', '--suspend');
  const headers = [{ name: 'x-a', value: 'b' }];
  assert.deepEqual(await specNow(), { ...first, payload: { test: 'foo' }, headers, suspend: true });
  assert.deepEqual(tableLines(await ok(...cronjob, 'list')), [
    'NAME|NAMESPACE|SCHEDULE|FUNCTION NAME',
    'tick|default|*/5 * * * *|hello',
  ]);
  await ok(...cronjob, 'delete', 'tick');
  await refused(4, /Cronjob trigger tick is not found/, ...cronjob, 'delete', 'tick');
});

test('cronjob triggers: a payload is any JSON, and null takes it away', async () => {
  const cronjob = ['trigger', 'cronjob'];
  await ok(...cronjob, 'create', 'paid', '--function', 'hello', '--schedule', '@hourly', '-p', '[1, "a"]');
  const payload = async () =>
    ((await api.client.get(cronJobTriggers, { namespace, name: 'paid' })).spec as { payload?: unknown })
      .payload;
  assert.deepEqual(await payload(), [1, 'a']);
  await ok(...cronjob, 'update', 'paid', '--payload', 'null');
  assert.equal(await payload(), undefined);
});

test('cronjob triggers: an empty text takes away what a flag once set', async () => {
  const [cronjob, plain] = [
    ['trigger', 'cronjob'],
    ['--function', 'hello', '--schedule', '@hourly'],
  ];
  const flags = '-p 1 --time-zone Europe/Berlin -H A:b --timeout 3 --concurrency-policy Forbid'.split(' ');
  await ok(...cronjob, 'create', 'bare', ...plain, ...flags);
  const empty = ['payload', 'time-zone', 'header', 'timeout', 'concurrency-policy'].map(
    (name) => `--${name}=`,
  );
  await ok(...cronjob, 'update', 'bare', ...empty);
  const { spec } = await api.client.get(cronJobTriggers, { namespace, name: 'bare' });
  assert.deepEqual(spec, { 'function-name': 'hello', schedule: '@hourly' });
  await ok(...cronjob, 'create', 'bare-too', ...plain, ...empty);
  assert.deepEqual((await api.client.get(cronJobTriggers, { namespace, name: 'bare-too' })).spec, spec);
});

test('deploy --schedule: the trigger belongs to the function, and takes over from the one before', async () => {
  const deploy = [
    'function',
    'deploy',
    'timed',
    '-r',
    'python3.11',
    '--handler',
    'a.b',
    '--from-file',
    'a.py',
  ];
  await writeFile(join(api.cwd, 'a.py'), 'x');
  const read = () => api.client.get(cronJobTriggers, { namespace, name: 'timed' });
  const remove = () => api.client.delete(functions, { namespace, name: 'timed' });
  await ok(...deploy, '--schedule', '@daily');
  const first = await read();
  assert.deepEqual(first.spec, { schedule: '@daily', 'function-name': 'timed' });
  assert.deepEqual(first.metadata.labels, { 'created-by': 'kubeless', function: 'timed' });
  await remove();
  await ok(...deploy, '--schedule', '@hourly');
  const { uid } = (await api.client.get(functions, { namespace, name: 'timed' })).metadata;
  await eventually('it is the new one’s', async () => {
    const { metadata, spec } = await read();
    return (
      metadata.ownerReferences?.[0]?.uid === uid && (spec as { schedule: string }).schedule === '@hourly'
    );
  });
  await remove();
  await eventually('it goes with it', () =>
    read().then(
      () => false,
      () => true,
    ),
  );
  await api.client.create(cronJobTriggers, {
    apiVersion,
    kind: 'CronJobTrigger',
    metadata: { name: 'timed', namespace },
    spec: { schedule: '@daily', 'function-name': 'hello' },
  });
  await refused(6, /trigger timed exists and calls hello/, ...deploy, '--schedule', '@hourly');
});

test('cronjob triggers: what is wrong is refused', async () => {
  const create = ['trigger', 'cronjob', 'create', 'x', '--function', 'hello'];
  await refused(2, /required flag\(s\) "schedule" not set/, ...create);
  await refused(2, /Invalid value for --schedule/, ...create, '--schedule', 'often');
  const hourly = [...create, '--schedule', '@hourly'];
  await refused(2, /--payload is no JSON/, ...hourly, '-p', '{');
  await writeFile(join(api.cwd, 'latin1.json'), Buffer.from('{"a":"\xfc"}', 'latin1'));
  await refused(2, /latin1\.json is no JSON: it is not text in UTF-8/, ...hourly, '-f', 'latin1.json');
  for (const zone of ['Nowhere/Land', 'europe/berlin', 'Local'])
    await refused(2, /unknown time zone .*\nhint: Write a name of the tz/, ...hourly, '--time-zone', zone);
  const never = ['trigger', 'cronjob', 'create', 'never', '--function', 'f', '--schedule', '0 0 30 2 *'];
  await refused(2, /Invalid value for --schedule\. no month that it names has such a day\nhint: /, ...never);
  await refused(2, /both raw payload and a payload file/, ...hourly, '-p', '{}', '-f', 'x.json');
  const printed = await ok(...hourly, '--dryrun');
  assert.match(printed, /^kind: CronJobTrigger$/m);
  assert.match(printed, /^ {2}schedule: "@hourly"$/m);
});

test('autoscale: create, list, delete', async () => {
  await refused(2, /required flag\(s\) "value" not set/, 'autoscale', 'create', 'scaled');
  await refused(
    2,
    /min can't be negative or zero/,
    'autoscale',
    'create',
    'scaled',
    '--value',
    '10',
    '--min',
    '0',
  );
  await refused(2, /max must be/, 'autoscale', 'create', 'scaled', '--value', '10', '--min', '3');
  await refused(4, /Function nobody is not found/, 'autoscale', 'create', 'nobody', '--value', '10');
  await ok('autoscale', 'create', 'scaled', '--value', '10', '--min', '2', '--max', '3');
  const cpu = ['NAME|NAMESPACE|TARGET|MIN|MAX|METRIC|VALUE', 'scaled|default|scaled|2|3|cpu|10'];
  assert.deepEqual(tableLines(await ok('autoscale', 'list')), cpu);
  await ok('autoscale', 'create', 'scaled', '--value', '5k', '--metric', 'qps');
  assert.match(await ok('autoscale', 'ls'), /function_calls\t5k$/m);
  await ok('autoscale', 'delete', 'scaled');
  await refused(4, /Not found an autoscale definition for scaled/, 'autoscale', 'delete', 'scaled');
});
