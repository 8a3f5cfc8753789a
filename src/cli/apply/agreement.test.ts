import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { functionFlags } from '../function/deploy-flags.ts';
import { functions } from '../resources.ts';

/** Each flag of a function, as on the command line and as in the file; what comes with it, where it needs something. */
const values: Record<string, [string, ...string[]]> = {
  runtime: ['python3.11', 'nodejs24'],
  handler: ['hello.handler', 'hello.other'],
  'from-file': ['hello.py', 'other.py', 'binary.zip'],
  dependencies: ['requirements.txt', 'none.txt'],
  label: ['team=a', 'team=b'],
  env: ['A=1', 'A=', 'B=a=b'],
  'secret-env': ['TOKEN=mail/token', 'TOKEN=mail/other'],
  'configmap-env': ['GREETING=settings/greeting', 'G=settings/g'],
  secrets: ['mail', 'mail:/etc/mail'],
  configmaps: ['settings', 'settings:/etc/settings'],
  'node-selectors': ['disk=ssd', 'disk=hdd'],
  'service-account': ['one', 'two'],
  memory: ['128Mi', '1G', '0.5Gi'],
  cpu: ['500m', '1', '0.5'],
  timeout: ['30', '30s', '2m'],
  'runtime-image': ['nginx:1', 'docker://nginx:2'],
  protocol: ['http', 'cgi'],
  'image-pull-policy': ['Always', 'Never'],
  port: ['8081', '9000'],
  servicePort: ['80', '0'],
  headless: ['true'],
  isolation: ['container'],
  start: ['cold', 'template'],
  concurrency: ['0', '7'],
  prewarm: ['0', '3'],
  'idle-timeout': ['5m', '90s'],
  'build-env': ['PIP_INDEX_URL=https://pypi.example.com/simple', 'A=1'],
  'build-timeout': ['30m', '90s'],
};
const base = { runtime: 'python3.11', handler: 'hello.handler', 'from-file': 'hello.py' };

/** What diff says of a file is what apply does of it, whichever way a Function came to be. */
suite('diff and apply agree', { concurrency: false }, () => {
  let api: CliApi;
  before(async () => {
    api = await startCliApi();
    for (const [name, text] of [
      ['hello.py', 'one'],
      ['other.py', 'two'],
      ['binary.zip', '\xff\xfe'],
      ['requirements.txt', 'requests==2.32.5\n'],
      ['none.txt', '# nothing\n'],
    ] as const)
      await writeFile(join(api.cwd, name), Buffer.from(text, 'latin1'));
  });
  after(() => api[Symbol.asyncDispose]());
  afterEach(() => orUndefined(api.client.delete(functions, ref)));

  const write = (entry: object) =>
    writeFile(join(api.cwd, 'functions.yaml'), JSON.stringify({ functions: { it: entry } }));
  const ref = { namespace: 'default', name: 'it' };

  /** Applies the file twice; each time what is said is what diff said before, and what became of the object. */
  async function applied(what: string): Promise<string> {
    const { metadata } = await api.client.get(functions, ref);
    const dry = await api.run(['diff', '--exit-code']);
    const { exit, stderr } = await api.run(['apply']);
    assert.equal(exit, 0, `${what}: ${stderr}`);
    const word = /^function it (\w+)\n$/.exec(stderr)?.[1] ?? stderr;
    assert.equal(word, dry.exit === 0 ? 'unchanged' : 'configured', `${what}: diff said ${dry.stdout}`);
    const later = (await api.client.get(functions, ref)).metadata;
    const isOther = later.generation !== metadata.generation || what.includes('label');
    assert.equal(word, isOther ? word : 'unchanged', `${what}: nothing became of it`);
    const again = await api.run(['apply']);
    assert.equal(again.stderr, 'function it unchanged\n', `${what}, a second time`);
    assert.equal((await api.run(['diff', '--exit-code'])).exit, 0, what);
    assert.equal(
      (await api.client.get(functions, ref)).metadata.resourceVersion,
      later.resourceVersion,
      what,
    );
    return word;
  }

  async function deploy(entry: Record<string, string>): Promise<void> {
    const flags = Object.entries(entry).map(([flag, value]) => `--${flag}=${value}`);
    const switches = flags.map((flag) => flag.replace(/^--headless=.*/, '--headless'));
    const { exit, stderr } = await api.run(['function', 'deploy', 'it', ...switches]);
    assert.equal(exit, 0, `${flags.join(' ')}: ${stderr}`);
  }

  test('the table has every flag', () => {
    assert.deepEqual(Object.keys(values).sort(), functionFlags.map(({ name }) => name).sort());
  });

  const asInFile = (flag: string, value: string): unknown =>
    functionFlags.find(({ name }) => name === flag)?.list === true ? [value] : value;

  for (const [flag, [first, ...others]] of Object.entries(values))
    test(`--${flag}: deployed without a file and applied, then changed, then taken away`, async () => {
      const entry = (value: string): Record<string, string> => ({ ...base, [flag]: value });
      const inFile = (value: string) => ({ ...base, [flag]: asInFile(flag, value) });
      await deploy(entry(first));
      await write(inFile(first));
      assert.equal(await applied(`${flag} ${first}`), 'unchanged', 'it is what it was');
      for (const value of others) {
        await write(inFile(value));
        await applied(`${flag} ${value}`);
      }
      await write(base);
      await applied(`without ${flag}`);
    });

  test('what others set and the file does not name stays, and is no change', async () => {
    await deploy(base);
    await api.client.mergePatch(functions, ref, {
      spec: { timeout: '7s', env: [{ name: 'A', value: '1' }] },
    });
    await write(base);
    assert.equal(await applied('fields of others'), 'unchanged');
    await api.client.mergePatch(functions, ref, {
      metadata: { annotations: { 'kontain.app/last-applied': '[' } },
    });
    assert.equal(await applied('a record that is none'), 'unchanged');
    await write({ ...base, timeout: '8s' });
    assert.equal(await applied('a field of others'), 'configured');
  });

  test('one way to say what runs takes the place of another', async () => {
    await deploy({ 'runtime-image': 'nginx:1' });
    await write(base);
    assert.equal(await applied('an image, then a source'), 'configured');
    await write({ 'runtime-image': 'nginx:1' });
    assert.equal(await applied('a source, then an image'), 'configured');
    await api.client.delete(functions, ref);
    await deploy(base);
    await write({ 'runtime-image': 'nginx:1' });
    assert.equal(await applied('a source that was deployed, then an image'), 'configured');
    await api.client.mergePatch(functions, ref, {
      spec: { image: null, runtime: 'python3.11', source: { url: 'https://x.example/a' } },
    });
    await write(base);
    assert.equal(await applied('a URL of others, then a source'), 'configured');
  });
});
