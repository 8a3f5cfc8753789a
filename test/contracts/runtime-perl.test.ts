import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { runtimeContract } from './runtime/contract.ts';
import { startWithDependencies, writeFiles } from './runtime/dependencies.ts';
import { call } from './runtime/http-exchange.ts';
import { perl } from './runtime/languages.ts';
import { startRuntime, type Mode } from './runtime/runtime-process.ts';
import { uploadsContract } from './runtime/uploads.ts';

runtimeContract('perl', perl);
uploadsContract('perl', perl);

for (const mode of ['stream', 'template', 'port'] satisfies Mode[])
  suite(`Runtime perl, ${mode}`, () => {
    for (const [handler, status, body] of [
      ['everything', 200, '["process","file",0]'],
      ['raises_response', 403, 'not for you'],
    ] as const)
      test(handler, async () => {
        await using runtime = await startRuntime(perl, `kinds.${handler}`, mode);
        const answer = await call(await runtime.address());
        assert.equal(answer.body.toString(), body, runtime.output().stderr);
        assert.equal(answer.status, status);
      });
  });

suite('Runtime perl', () => {
  test('a result of another type is an error that names it', async () => {
    await using runtime = await startRuntime(perl, 'kinds.not_http', 'stream');
    assert.equal((await call(await runtime.address())).status, 500);
    await runtime.exited;
    assert.match(runtime.output().stderr, /Unsupported response type: SCALAR/);
  });

  test('forms and cookies', async () => {
    await using runtime = await startRuntime(perl, 'kinds.form', 'stream');
    const answer = await call(await runtime.address(), {
      method: 'POST',
      target: '/?a=1&b=2',
      headers: [
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Cookie', 'a=b%20c; d=e'],
      ],
      body: 'a=x+y%21',
    });
    const form = { a: 'x y!' };
    assert.deepEqual(JSON.parse(answer.body.toString()), [form, { ...form, b: '2' }, { a: 'b c', d: 'e' }]);
  });

  test('a module that keeps a thread is no template: it says so with exit code 75', async () => {
    await using runtime = await startRuntime(perl, 'threaded.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /started threads \(1\)/);
  });

  test('modules of the cpanfile are installed by the build, and found', async () => {
    await using runtime = await startWithDependencies(perl, {
      runtime: 'perl5.36',
      source: 'use Greeting; sub handle { return Greeting::text() }\n',
      dependencies: () => "requires 'Greeting', '1.0';\n",
      buildEnv: (packages) => ({ PERL_CPANM_OPT: `--mirror file://${packages} --mirror-only` }),
      makePackages: makeDistribution,
    });
    assert.equal((await call(await runtime.address())).body.toString(), 'from CPAN', runtime.output().stderr);
  });
});

/** A mirror of CPAN with one distribution. */
function makeDistribution(folder: string): void {
  const index = 'File: 02packages.details.txt\n\nGreeting 1.0 A/AA/AAA/Greeting-1.0.tar.gz\n';
  writeFiles(folder, {
    'Greeting-1.0/Makefile.PL':
      "use ExtUtils::MakeMaker; WriteMakefile(NAME => 'Greeting', VERSION => '1.0');\n",
    'Greeting-1.0/lib/Greeting.pm': "package Greeting;\nour $VERSION = '1.0';\nsub text { 'from CPAN' } 1;\n",
    'modules/02packages.details.txt': index,
    'authors/id/A/AA/AAA/.keep': '',
  });
  const tar = 'authors/id/A/AA/AAA/Greeting-1.0.tar.gz';
  execFileSync('tar', ['-czf', tar, 'Greeting-1.0'], { cwd: folder });
  execFileSync('gzip', ['modules/02packages.details.txt'], { cwd: folder });
}
