import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { before, suite, test } from 'node:test';
import { pushImages } from '../../../src/embedded/setup/push-images.ts';
import { readAuthFiles } from '../../../src/oci/registry-auth.ts';
import { makeDistribution, makeGem, makePackage } from '../../helpers/language-packages.ts';
import { repository } from '../../helpers/program.ts';
import { serve } from '../../helpers/serve.ts';
import type { SourceDeploys } from '../../helpers/source-deploys.ts';

interface Language {
  runtime: string;
  suffix: string;
  /** The source of a function `handler` that gives an expression back. */
  source: (expression: string) => string;
  /** An expression that needs the package, what has to stand before it, and what it gives. */
  needs: { before: string; expression: string; answer: string };
  makePackages: (folder: string) => void;
  /** Content of the dependency file, and variables of its installation; the packages are at the URL. */
  dependencies: (url: string) => { content: string; env: string[] };
}

const languages: readonly Language[] = [
  {
    runtime: 'ruby3.1',
    suffix: 'rb',
    source: (expression) => `def handler(event, context)\n  ${expression}\nend\n`,
    needs: { before: "require 'greeting'\n", expression: 'Greeting.text', answer: 'from a gem' },
    makePackages: makeGem,
    dependencies: (url) => ({ content: `source '${url}'\ngem 'greeting', '~> 1.0'\n`, env: [] }),
  },
  {
    runtime: 'perl5.36',
    suffix: 'pl',
    source: (expression) => `sub handler { return ${expression}; }\n1;\n`,
    needs: { before: 'use Greeting;\n', expression: 'Greeting::text()', answer: 'from CPAN' },
    makePackages: makeDistribution,
    dependencies: (url) => ({
      content: "requires 'Greeting', '1.0';\n",
      env: ['--build-env', `PERL_CPANM_OPT=--mirror ${url} --mirror-only`],
    }),
  },
  {
    runtime: 'php8.2',
    suffix: 'php',
    source: (expression) => `<?php\nfunction handler($event, $context) { return ${expression}; }\n`,
    needs: {
      before: "<?php require 'vendor/autoload.php'; ?>\n",
      expression: 'Greeting\\Text::FROM',
      answer: 'from a package',
    },
    makePackages(folder) {
      makePackage(folder);
      execFileSync('python3', ['-m', 'zipfile', '-c', 'greeting.zip', 'composer.json', 'src'], {
        cwd: folder,
      });
    },
    dependencies: (url) => ({
      content: JSON.stringify({
        config: { 'secure-http': false },
        repositories: [
          {
            type: 'package',
            package: {
              name: 'test/greeting',
              version: '1.0.0',
              dist: { type: 'zip', url: `${url}/greeting.zip` },
              autoload: { 'psr-4': { 'Greeting\\': 'src/' } },
            },
          },
          { 'packagist.org': false },
        ],
        require: { 'test/greeting': '1.0.0' },
      }),
      env: [],
    }),
  },
];

/** Source to answer through everything that runs: command line, controllers, agent, registry, data plane. */
export function scriptingDeploys(current: () => SourceDeploys): void {
  suite('deploys of scripting languages', { concurrency: false }, () => {
    let it: SourceDeploys;
    before(async () => {
      it = current();
      const { home } = it.instance;
      await pushImages({
        folder: join(repository, 'build/optional-images'),
        names: languages.map(({ runtime }) => `${runtime}-build`),
        registry: `127.0.0.1:${readFileSync(home.registryPort, 'utf8').trim()}`,
        auths: await readAuthFiles(home.registryAuth),
        signal: AbortSignal.timeout(300_000),
      });
    });

    for (const { runtime, suffix, source, needs, makePackages, dependencies } of languages) {
      const name = runtime.replaceAll(/[0-9.]/g, '');

      test(`${runtime}: deployed and called; what cannot be loaded is told, and the version of before serves`, async () => {
        const file = await it.file(`${name}.${suffix}`, source("'first'"));
        const flags = ['--runtime', runtime, '--handler', `${name}.handler`, '--from-file', file, '--wait'];
        const { exit, stderr } = await it.kubeless('function', 'deploy', name, ...flags);
        assert.equal(exit, 0, stderr);
        assert.deepEqual(await it.call(name), { status: 200, body: 'first' });
        await it.file(`${name}.${suffix}`, source("'second'").replace('handler', 'renamed'));
        const refused = await it.kubeless('function', 'update', name, '--from-file', file, '--wait');
        assert.notEqual(refused.exit, 0);
        assert.match(refused.stderr, /LoadFailed: .*handler/);
        assert.deepEqual(await it.call(name), { status: 200, body: 'first' });
      });

      test(`${runtime}: its dependencies are installed by the build`, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'kontain-packages-'));
        makePackages(folder);
        await using server = await serve(({ url = '' }) => fileOf(folder, url), {}, it.sourcePort);
        const { content, env } = dependencies(server.url);
        const file = await it.file(`${name}.${suffix}`, needs.before + source(needs.expression));
        const needed = await it.file(`${name}-dependencies`, content);
        const flags = ['--from-file', file, '--dependencies', needed, ...env, '--wait'];
        const { exit, stderr } = await it.kubeless('function', 'update', name, ...flags);
        assert.equal(exit, 0, stderr);
        assert.deepEqual(await it.call(name), { status: 200, body: needs.answer });
        rmSync(folder, { recursive: true });
      });
    }
  });
}

function fileOf(folder: string, url: string): Buffer | undefined {
  const path = join(folder, normalize(url.split('?')[0] ?? ''));
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path) : undefined;
}
