import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { defaultRuntimes } from '../../src/api/kubeless-config/default-runtimes.ts';
import { configMaps } from '../../src/kube/builtin-resources.ts';
import { kubelessExport } from '../fixtures/kubeless-export.ts';
import { guideBlocks } from '../helpers/guide.ts';
import { programFile, repository } from '../helpers/program.ts';
import { pythonWheel } from '../helpers/python-wheel.ts';
import { serve } from '../helpers/serve.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';
import { typingShell, type TypingShell } from '../helpers/typing-shell.ts';

/** The first one says where the platform is, which the others take for granted. */
const guides = [
  'first-function.md',
  'dependencies.md',
  'secrets.md',
  'triggers.md',
  'moving-from-kubeless.md',
];
const requests = pythonWheel('requests', '2.32.5', '__version__ = "2.32.5"\n');

/** What is in docs/guides works as it is written, on a platform as `make up` leaves it. */
suite('guides', { concurrency: false }, () => {
  const resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'kontain-guides-'));
  let it: SourceDeploys;
  let shell: TypingShell;
  before(async () => {
    it = resources.use(await sourceDeploys());
    const { home, port } = it.instance;
    const common = { ...process.env, KONTAIN_HOME: home.root, KONTAIN_PORT: String(port) };
    await promisify(execFile)(process.execPath, [programFile('embedded-samples')], { env: common });
    const index = resources.use(await serve(({ url = '' }) => packages(url), {}, it.sourcePort));
    const indexUrl = `${index.url}/simple`;
    await installFrom(indexUrl);
    symlinkSync(join(repository, 'bin'), join(folder, 'bin'));
    const env = { ...process.env, PIP_INDEX_URL: indexUrl, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
    shell = resources.use(await typingShell(folder, env));
  });
  after(async () => {
    await resources.disposeAsync();
    rmSync(folder, { recursive: true });
  });

  /** Nothing here reaches the internet: the package of the guide comes from an index on loopback. */
  async function installFrom(indexUrl: string): Promise<void> {
    const ref = { namespace: 'kubeless', name: 'kubeless-config' };
    const { data } = await it.client.get(configMaps, ref);
    const runtimes = defaultRuntimes(data?.['runtime-registry']);
    for (const image of runtimes.flatMap(({ ID, versions }) =>
      ID === 'python' ? versions.flatMap(({ images }) => images) : [],
    ))
      if (image.phase === 'installation') image.env = { ...image.env, PIP_INDEX_URL: indexUrl };
    await it.client.mergePatch(configMaps, ref, { data: { 'runtime-images': JSON.stringify(runtimes) } });
  }

  /** The places of an instance that `make up` starts are others than those of a test. */
  const here = (text: string): string =>
    text
      .replaceAll('/var/lib/kontain-faas', it.instance.home.root)
      .replaceAll('8080', String(it.instance.port));

  for (const guide of guides)
    test(`${guide}, typed`, async () => {
      const own = join(folder, guide.replace('.md', ''));
      mkdirSync(own);
      const blocks = guideBlocks(guide);
      assert.ok(blocks.length > 0);
      // The first guide begins in the folder of the repository.
      if (guide !== guides[0]) await shell.type(`cd ${own}`);
      for (const { place, kind, command, answer } of blocks) {
        if (kind === 'untyped') continue;
        const { exit, output } = await shell.type(here(command));
        if (kind === 'typed') assert.equal(exit, 0, `${place}\n${output}`);
        else assert.equal(output.trimEnd(), here(answer), place);
      }
    });

  test('the file of the guide says what its command line said', async () => {
    const text = readFileSync(join(repository, 'docs/guides/secrets.md'), 'utf8');
    const [, file = ''] = /```yaml\n(functions:\n[^]*?)```/.exec(text) ?? [];
    await shell.type(`cd ${join(folder, 'secrets')}`);
    await it.file('functions.yaml', file);
    const written = `cp ${join(it.instance.home.root, 'functions.yaml')} .`;
    const diff = await shell.type(`${written}; kubeless diff --exit-code`);
    assert.deepEqual(diff, { exit: 0, output: '' });
    for (let time = 0; time < 2; time += 1)
      assert.equal((await shell.type('kubeless apply')).output, 'function mailer unchanged\n');
  });

  test('what was exported from a cluster with Kubeless runs, and goes again with all that Kubeless put on it', async () => {
    const { kubectl } = it.instance;
    await kubectl.send(kubelessExport('default', 'python3.11'), 'create');
    for (const kind of ['functions', 'httptriggers', 'cronjobtriggers']) {
      const name = kind === 'functions' ? 'moved' : `moved-${kind.slice(0, -1)}`;
      await kubectl.run('wait', '--for=condition=Ready', `${kind}/${name}`, '--timeout=60s');
    }
    assert.equal((await it.call('moved')).body, 'hello');
    const names = ['moved-httptrigger', 'moved-cronjobtrigger'];
    await kubectl.run('delete', 'function/moved', `httptrigger/${names[0]}`, `cronjobtrigger/${names[1]}`);
    assert.equal(await kubectl.run('get', 'httptriggers,cronjobtriggers', '-l', 'function=moved'), '');
  });

  test('every guide is typed, and little is left out', () => {
    assert.deepEqual(readdirSync(join(repository, 'docs/guides')).sort(), [...guides].sort());
    const untyped = guides.flatMap((guide) => guideBlocks(guide)).filter(({ kind }) => kind === 'untyped');
    const lines = untyped.flatMap(({ command }) => command.split('\n'));
    const commands = lines.map((line) => line.replace(/ +#.*/, ''));
    assert.deepEqual(commands, [
      'kubeless function logs greet -f --tail 5',
      'kubeless function logs greet --request-id ID -o json',
      'kubeless function run greeter --watch',
    ]);
  });
});

/** PEP 503. */
function packages(url: string): Buffer | undefined {
  if (url === '/simple/requests/') return Buffer.from(`<a href="/${requests.name}">${requests.name}</a>`);
  return url === `/${requests.name}` ? requests.content : undefined;
}
