import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { functionResource, type StoredFunction } from '../../src/api/function.ts';
import { configMaps, secrets } from '../../src/kube/builtin-resources.ts';
import { jobs } from '../../src/kube/workload-resources.ts';
import { readAuthFiles } from '../../src/oci/registry-auth.ts';
import { eventually } from '../helpers/eventually.ts';
import { serve } from '../helpers/serve.ts';
import { sourceDeploys, type SourceDeploys } from '../helpers/source-deploys.ts';

const namespace = 'default';
const config = { namespace: 'kubeless', name: 'kubeless-config' };
/** Of a function that does not start: docs/cli.md. */
const exitFailed = 9;

const zipScript = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    archive.writestr("slip.py", "def handler(event, context): return 1\\n")
    archive.writestr("../../slipped", "x")
`;

/** Files below folders that have a text; a folder may go meanwhile. */
function holding(text: string, folders: readonly string[]): string[] {
  const { stdout } = spawnSync('grep', ['-rlsF', text, ...folders], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

const readyOf = ({ status }: StoredFunction) => status?.conditions?.find(({ type }) => type === 'Ready');

suite(
  'what cannot be served is said in the condition and an event, and the version of before is served',
  () => {
    let it: SourceDeploys;
    before(async () => {
      it = await sourceDeploys();
    });
    after(() => it[Symbol.asyncDispose]());

    /** Condition and event say it; what is served is still what it was, if there was anything. */
    async function assertRefused(
      name: string,
      reason: string,
      message: RegExp,
      served: string | null = 'fine',
    ): Promise<StoredFunction> {
      const object = await it.until(name, reason);
      const said = readyOf(object)?.message ?? '';
      assert.match(said, message);
      assert.equal(said.endsWith(' The version of before is still served.'), served !== null);
      await eventually(`an event says ${reason}`, async () =>
        (await it.events(name)).some((event) => event.startsWith(`${reason}:`) && message.test(event)),
      );
      if (served !== null) assert.deepEqual(await it.call(name), { status: 200, body: served });
      return object;
    }

    const edit = (name: string, spec: object) =>
      it.client.mergePatch(functionResource, { namespace, name }, { spec });

    const configure = (data: Record<string, string | null | undefined>) =>
      it.client.mergePatch(configMaps, config, { data });

    suite('sources', () => {
      before(async () => {
        assert.equal((await it.answer('source', 'fine')).exit, 0);
      });

      async function assertSourceRefused(flags: string[], reason: string, message: RegExp): Promise<void> {
        const { exit, stderr } = await it.kubeless('function', 'update', 'source', ...flags, '--wait');
        assert.notEqual(exit, 0);
        assert.match(stderr, message);
        await assertRefused('source', reason, message);
      }

      test('an archive that is damaged', async () => {
        const zip = await it.file('broken.zip', Buffer.from('PK\x03\x04 no archive'));
        await assertSourceRefused(['--from-file', zip], 'SourceFailed', /zip archive is damaged/);
      });

      test('an archive that would write outside of its folder', async () => {
        const path = join(it.instance.home.root, 'slip.zip');
        execFileSync('python3', ['-c', zipScript, path]);
        await assertSourceRefused(['--from-file', path], 'SourceFailed', /slipped/);
      });

      test('a content that is not what its checksum says', async () => {
        let content = 'def handler(event, context): return "first"\n';
        await using server = await serve(() => Buffer.from(content), {}, it.sourcePort);
        const checksum = createHash('sha256').update(content).digest('hex');
        content = '# somebody changed it\n';
        await edit('source', {
          function: `${server.url}/source.py`,
          'function-content-type': 'url',
          checksum: `sha256:${checksum}`,
        });
        await assertRefused(
          'source',
          'SourceFailed',
          new RegExp(`not sha256:${checksum} as spec\\.checksum says`),
        );
      });

      test('a URL where nobody is', async () => {
        await edit('source', {
          function: 'http://127.0.0.1:1/x.py',
          'function-content-type': 'url',
          checksum: null,
        });
        await assertRefused('source', 'SourceFailed', /127\.0\.0\.1:1/);
      });

      test('a dependency that does not resolve', async () => {
        await using server = await serve(() => undefined, {}, it.sourcePort);
        const requirement = `missing @ ${server.url}/missing-1.0-py3-none-any.whl\n`;
        const fine = { function: 'def handler(a, b): return "fine"\n', 'function-content-type': 'text' };
        await edit('source', { ...fine, deps: requirement });
        await assertRefused('source', 'DependenciesFailed', /missing-1\.0.*404|404.*missing-1\.0/s);
        await edit('source', { deps: null });
        await it.until('source', 'Ready');
      });

      test('a registry that refuses, and then does not', async () => {
        await using registry = await serve(() => undefined, { '*': [403, 'no'] });
        const { data } = await it.client.get(configMaps, config);
        await configure({ 'function-registry': `${registry.url.slice('http://'.length)}/functions` });
        const other = { function: 'def handler(a, b): return "other"\n', 'function-content-type': 'text' };
        await edit('source', { ...other, checksum: null });
        await assertRefused('source', 'RegistryFailed', /403|denie|refuse/i);
        await configure({ 'function-registry': data?.['function-registry'] });
        await it.until('source', 'Ready');
        await eventually('it is served', async () => (await it.call('source')).body === 'other');
        assert.equal((await it.answer('source', 'fine')).exit, 0);
      });

      test('a runtime that nobody has', async () => {
        const { exit, stderr } = await it.kubeless('function', 'update', 'source', '--runtime', 'python2.7');
        assert.notEqual(exit, 0);
        assert.match(stderr, /python3\.11/);
        await edit('source', { runtime: 'python2.7' });
        await assertRefused('source', 'UnknownRuntime', /python3\.11/);
      });
    });

    suite('code', () => {
      const fine = {
        py: 'def handler(event, context):\n    return "fine"\n',
        js: 'exports.handler = () => "fine";\n',
      };
      const cases: readonly [name: string, file: keyof typeof fine, source: string, RegExp][] = [
        ['a syntax error', 'py', 'x = 1\ndef handler(:\n', /code\.py, line 2: SyntaxError/],
        ['a missing handler', 'py', 'def handle(a, b): pass\n', /no function 'handler'.* It has: handle\b/],
        ['a missing module', 'py', 'import nothing_like\n', /line 1: .*'nothing_like' to requirements\.txt/],
        ['an import that fails', 'py', 'print("words")\n{}["key"]\n', /code\.py, line 2: KeyError: 'key'/],
        ['too much memory', 'py', 'x = bytearray(500_000_000)\n', /more memory.*spec\.resources\.memory/],
        ['a crash', 'py', 'import os\nos.kill(os.getpid(), 11)\n', /ended with exit code 139/],
        ['a syntax error', 'js', 'exports.handler = () => {\n', /code\.js, line \d: SyntaxError/],
        ['a missing handler', 'js', 'exports.handle = () => 1;\nexports.b = 1;', /exports: b, handle\b/],
        ['a missing package', 'js', "require('nothing-like');\n", /'nothing-like': add .* package\.json/],
      ];
      const runtimeOf = { py: 'python3.11', js: 'nodejs24' };
      const nameOf = (file: string): string => `code-${file}`;

      before(async () => {
        for (const file of ['py', 'js'] as const) {
          const from = await it.file(`code.${file}`, fine[file]);
          const flags = ['--runtime', runtimeOf[file], '--handler', 'code.handler', '--from-file', from];
          const { exit, stderr } = await it.kubeless('function', 'deploy', nameOf(file), ...flags, '--wait');
          assert.equal(exit, 0, stderr);
        }
      });

      for (const [what, file, source, message] of cases)
        test(`${what}, ${runtimeOf[file]}: the command line shows message and log`, async () => {
          const from = await it.file(`code.${file}`, source);
          const name = nameOf(file);
          const { exit, stderr } = await it.kubeless(
            'function',
            'update',
            name,
            '--from-file',
            from,
            '--wait',
          );
          assert.equal(exit, exitFailed, stderr);
          assert.match(stderr, /LoadFailed/);
          assert.match(stderr, message);
          const { status } = await assertRefused(name, 'LoadFailed', message);
          for (const line of (status?.log ?? '').split('\n')) assert.ok(stderr.includes(line), line);
        });

      test('a function that never was any good answers that it is not there yet, and is mended', async () => {
        const from = await it.file('never.py', 'nonsense(\n');
        const flags = [
          '--runtime',
          'python3.11',
          '--handler',
          'never.handler',
          '--from-file',
          from,
          '--wait',
        ];
        assert.equal((await it.kubeless('function', 'deploy', 'never', ...flags)).exit, exitFailed);
        assert.notEqual((await it.call('never')).status, 200);
        assert.equal((await it.answer('never', 'mended')).exit, 0);
        assert.equal((await it.call('never')).body, 'mended');
      });

      test('what is loaded sees the function’s variables; another value is tried at once', async () => {
        const from = await it.file('env.py', `import os\nvalue = os.environ["VALUE"]\n${fine.py}`);
        const flags = ['--runtime', 'python3.11', '--handler', 'env.handler', '--from-file', from, '--wait'];
        const { exit, stderr } = await it.kubeless('function', 'deploy', 'env', ...flags);
        assert.equal(exit, exitFailed);
        assert.match(stderr, /env\.py, line 2: KeyError: 'VALUE'/);
        const mended = await it.kubeless('function', 'update', 'env', '--env', 'VALUE=$(HOME)', '--wait');
        assert.equal(mended.exit, 0, mended.stderr);
      });

      test('a Secret that is not there: what comes of it is named, and once it is there the build goes on', async () => {
        const reads = 'import os\nurl = os.environ["DB"]\nopen("/etc/db/url").close()\n';
        const from = await it.file('db.py', `${reads}${fine.py}`);
        const flags = ['--runtime', 'python3.11', '--handler', 'db.handler', '--from-file', from];
        const { exit, stderr } = await it.kubeless(
          'function',
          'deploy',
          'db',
          ...flags,
          '--secret-env',
          'DB=late/url',
        );
        assert.equal(exit, 0, stderr);
        const late = { secret: { name: 'late' } };
        await edit('db', { files: [{ mountPath: '/etc/db', sources: [late] }] });
        await assertRefused('db', 'LoadFailed', /KeyError: 'DB'.*: DB, \/etc\/db\. It is tried again/, null);
        const metadata = { namespace, name: 'late' };
        await it.client.create(secrets, { metadata, stringData: { url: 'x' } });
        await it.until('db', 'Ready');
        assert.equal((await it.call('db')).body, 'fine');
      });

      test('a build that failed for good can be looked at for a while, and is not made again when it is gone', async () => {
        const from = await it.file('left.py', 'import nothing_like\n');
        const flags = ['--runtime', 'python3.11', '--handler', 'left.handler', '--from-file', from];
        const { exit } = await it.kubeless('function', 'deploy', 'left', ...flags, '--wait');
        assert.equal(exit, exitFailed);
        const own = { namespace, labelSelector: 'kubeless.io/build,function=left' };
        assert.deepEqual((await it.client.list(configMaps, own)).items, []);
        const { home, kubectl } = it.instance;
        const folders = ['agent/work', 'pods'].map((folder) => join(home.root, folder));
        const [auth = ''] = (await readAuthFiles(home.registryAuth)).values();
        await eventually('no login stays', () => holding(auth, folders).length === 0);
        const [job] = (await it.client.list(jobs, own)).items;
        const name = job?.metadata.name ?? '';
        assert.match(
          await kubectl.run('logs', `job/${name}`, '-c', 'check'),
          /No module named 'nothing_like'/,
        );
        const { status } = await it.get('left');
        await it.client.mergePatch(jobs, { namespace, name }, { spec: { ttlSecondsAfterFinished: 0 } });
        await it.nothingBuilds('left');
        await edit('left', { concurrency: 2 });
        const later = await assertRefused('left', 'LoadFailed', /'nothing_like' to requirements\.txt/, null);
        assert.deepEqual([later.status?.log, await it.made.jobs('left')], [status?.log, 1]);
      });

      test('update --runtime takes effect', async () => {
        const [[registry] = ['']] = await readAuthFiles(it.instance.home.registryAuth);
        const image = `${registry}/kontain/python3.11`;
        const version = (number: string) => ({
          version: number,
          images: [{ phase: 'runtime', image, env: { FLAVOUR: number } }],
        });
        const versions = [version('3.11'), version('3.99')];
        const { data } = await it.client.get(configMaps, config);
        await configure({
          'runtime-images': JSON.stringify([{ ID: 'python', fileNameSuffix: '.py', versions }]),
        });
        const source = 'import os\ndef handler(event, context):\n    return os.environ["FLAVOUR"]\n';
        const from = await it.file('flavour.py', source);
        const flags = [
          '--runtime',
          'python3.11',
          '--handler',
          'flavour.handler',
          '--from-file',
          from,
          '--wait',
        ];
        assert.equal((await it.kubeless('function', 'deploy', 'flavour', ...flags)).exit, 0);
        assert.equal((await it.call('flavour')).body, '3.11');
        const { exit, stderr } = await it.kubeless(
          'function',
          'update',
          'flavour',
          '--runtime',
          'python3.99',
          '--wait',
        );
        assert.equal(exit, 0, stderr);
        assert.equal((await it.call('flavour')).body, '3.99');
        await configure({ 'runtime-images': data?.['runtime-images'] ?? null });
      });

      test('a module that never ends is ended', async () => {
        const [[registry] = ['']] = await readAuthFiles(it.instance.home.registryAuth);
        const image = `${registry}/kontain/python3.11`;
        const command = 'timeout 1 /usr/bin/python3.11 /opt/kontain/python --check 1>&2';
        const images = ['check', 'runtime'].map((phase) => ({ phase, image, command }));
        const runtimes = [{ ID: 'python', fileNameSuffix: '.py', versions: [{ version: '3.11', images }] }];
        await configure({ 'runtime-images': JSON.stringify(runtimes) });
        const from = await it.file('endless.py', 'print("begins")\nwhile True: pass\n');
        const flags = ['--runtime', 'python3.11', '--handler', 'endless.handler', '--from-file', from];
        await it.kubeless('function', 'deploy', 'endless', ...flags);
        await assertRefused(
          'endless',
          'LoadFailed',
          /takes longer than a call waits.* It is tried again/,
          null,
        );
      });
    });

    test('nothing is left of what failed once it is mended', async () => {
      assert.equal((await it.answer('source', 'mended')).exit, 0);
      assert.equal((await it.call('source')).body, 'mended');
      await it.nothingBuilds('source');
    });
  },
);
