import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { runtimeContract } from './runtime/contract.ts';
import { startWithDependencies, writeFiles } from './runtime/dependencies.ts';
import { call } from './runtime/http-exchange.ts';
import { ruby } from './runtime/languages.ts';
import { startRuntime, type Mode } from './runtime/runtime-process.ts';
import { uploadsContract } from './runtime/uploads.ts';

runtimeContract('ruby', ruby);
uploadsContract('ruby', ruby);

for (const mode of ['stream', 'template', 'port'] satisfies Mode[])
  suite(`Runtime ruby, ${mode}`, () => {
    for (const [handler, status, body] of [
      ['everything', 200, '["thread","process","file","timeout",{"at":1}]'],
      ['status_array', 202, 'sinatra'],
      ['raises_response', 403, 'not for you'],
    ] as const)
      test(handler, async () => {
        await using runtime = await startRuntime(ruby, `kinds.${handler}`, mode);
        const answer = await call(await runtime.address());
        assert.equal(answer.body.toString(), body, runtime.output().stderr);
        assert.equal(answer.status, status);
      });
  });

suite('Runtime ruby', () => {
  test('a result of another type is an error that names it', async () => {
    await using runtime = await startRuntime(ruby, 'kinds.not_http', 'stream');
    assert.equal((await call(await runtime.address())).status, 500);
    await runtime.exited;
    assert.match(runtime.output().stderr, /Unsupported response type: Integer/);
  });

  test('forms and cookies', async () => {
    await using runtime = await startRuntime(ruby, 'kinds.form', 'stream');
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
    await using runtime = await startRuntime(ruby, 'threaded.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /started threads \(.*keeper/);
  });

  test('gems of the Gemfile are installed by the build, and found', async () => {
    await using runtime = await startWithDependencies(ruby, {
      runtime: 'ruby3.1',
      source: "require 'greeting'\ndef handle(_event, _context) = Greeting.text\n",
      dependencies: (packages) => `source 'file://${packages}'\ngem 'greeting', '~> 1.0'\n`,
      makePackages: makeGem,
    });
    assert.equal(
      (await call(await runtime.address())).body.toString(),
      'from a gem',
      runtime.output().stderr,
    );
  });
});

/** A source of gems, as `gem generate_index` makes it, with one gem. */
function makeGem(folder: string): void {
  const specification = `Gem::Specification.new do |s|
    s.name = 'greeting'; s.version = '1.0.0'; s.summary = 'x'; s.authors = ['x']; s.files = ['lib/greeting.rb']
  end`;
  writeFiles(folder, {
    'greeting.gemspec': specification,
    'lib/greeting.rb': "module Greeting\n  def self.text = 'from a gem'\nend\n",
    'gems/.keep': '',
  });
  const run = (...args: string[]) => execFileSync('gem', args, { cwd: folder, stdio: 'pipe' });
  run('build', 'greeting.gemspec', '--output', 'gems/greeting-1.0.0.gem');
  run('generate_index', '--directory', folder);
}
