import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runtimeContract } from './runtime/contract.ts';
import { startWithDependencies, writeFiles } from './runtime/dependencies.ts';
import { call } from './runtime/http-exchange.ts';
import { php } from './runtime/languages.ts';
import { startRuntime, type Mode } from './runtime/runtime-process.ts';
import { uploadsContract } from './runtime/uploads.ts';

runtimeContract('php', php);
uploadsContract('php', php);

for (const mode of ['stream', 'template', 'port'] satisfies Mode[])
  suite(`Runtime php, ${mode}`, () => {
    for (const [handler, status, body] of [
      ['everything', 200, '["process","file","socket"]'],
      ['raises_response', 403, 'not for you'],
    ] as const)
      test(handler, async () => {
        await using runtime = await startRuntime(php, `kinds.${handler}`, mode);
        const answer = await call(await runtime.address());
        assert.equal(answer.body.toString(), body, runtime.output().stderr);
        assert.equal(answer.status, status);
      });
  });

suite('Runtime php', () => {
  test('a result of another type is an error that names it', async () => {
    await using runtime = await startRuntime(php, 'kinds.not_http', 'stream');
    assert.equal((await call(await runtime.address())).status, 500);
    await runtime.exited;
    assert.match(runtime.output().stderr, /Unsupported response type: Closure/);
  });

  test('forms and cookies', async () => {
    await using runtime = await startRuntime(php, 'kinds.form', 'stream');
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
    assert.deepEqual(JSON.parse(answer.body.toString()), [form, { a: '1', b: '2' }, { a: 'b c', d: 'e' }]);
  });

  test('a module that keeps a thread is no template: it says so with exit code 75', async () => {
    await using runtime = await startRuntime(php, 'threaded.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /started threads \(1\)/);
  });

  test('packages of composer.json are installed by the build, and found', async () => {
    await using runtime = await startWithDependencies(php, {
      runtime: 'php8.2',
      source: "<?php require 'vendor/autoload.php'; function handle() { return Greeting\\Text::FROM; }\n",
      dependencies: (packages) =>
        JSON.stringify({
          repositories: [{ type: 'path', url: packages, options: { symlink: false } }, { packagist: false }],
          require: { 'test/greeting': '*' },
        }),
      makePackages: makePackage,
    });
    assert.equal(
      (await call(await runtime.address())).body.toString(),
      'from a package',
      runtime.output().stderr,
    );
  });
});

function makePackage(folder: string): void {
  writeFiles(folder, {
    'composer.json': JSON.stringify({
      name: 'test/greeting',
      version: '1.0.0',
      autoload: { 'psr-4': { 'Greeting\\': 'src/' } },
    }),
    'src/Text.php': "<?php namespace Greeting; final class Text { const FROM = 'from a package'; }\n",
  });
}
