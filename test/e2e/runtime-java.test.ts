import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runtimeContract } from '../contracts/runtime/contract.ts';
import { call } from '../contracts/runtime/http-exchange.ts';
import { startRuntime, type Runtime } from '../contracts/runtime/runtime-process.ts';
import { assertSameVerdicts } from '../contracts/runtime/verdicts.ts';
import { buildMachine, type BuildMachine } from '../helpers/build-machine.ts';
import { compilerOf } from '../helpers/compile-source.ts';
import { Platform } from '../helpers/e2e-platform.ts';
import { repository } from '../helpers/program.ts';
import { compiledContract, compiledSpecs } from './runtimes/in-sandboxes.ts';

const source = readFileSync(join(repository, 'test/fixtures/functions/java/Kinds.java'), 'utf8');
const hello = readFileSync(join(repository, 'samples/hello-java/Hello.java'), 'utf8');

const starts = ['cold'] as const;

const readsFile = '<!DOCTYPE project [<!ENTITY x SYSTEM "file:///etc/passwd">]><project>&x;</project>';

suite('functions in Java', () => {
  let machine: BuildMachine;
  let kinds: string;
  const runtime: Runtime = {
    command: [],
    stub: () => ({}),
    env: {},
    functions: '/',
    suffix: '.java',
    convention: {
      modes: ['stream', 'port'],
      module: 'Kinds',
      textType: /^text\/plain; charset=utf-8$/,
      failures: ['fails', 'stream_fails_at_once', 'bad_header'],
      failureBody: /^Error: 500 Internal Server Error$/,
      parsesJson: false,
      isAsync: false,
      isCompiled: true,
    },
  };
  const compile = compilerOf('java17', () => machine);

  before(async () => {
    machine = await buildMachine();
    const { exitCode, log, folder } = await compile('Kinds.hello', { 'Kinds.java': source });
    assert.equal(exitCode, 0, log);
    kinds = folder;
    const start = await machine.find('java17', 'opt/kontain/java/start');
    runtime.functions = folder;
    runtime.command = [join(repository, 'build/native/kontainer-exec'), 'stream', start];
  });
  after(() => machine[Symbol.dispose]());

  runtimeContract('java', runtime);

  test('reads a request as the other runtimes do, whatever its head and body are', async () => {
    await using one = await startRuntime(runtime, 'Kinds.repeats', 'port');
    await assertSameVerdicts(new Map([['java', await one.address()]]), { mayRefuse: () => false });
  });

  test('a thread that the function has left behind does not keep the call', async () => {
    await using one = await startRuntime(runtime, 'Kinds.leaves_a_thread', 'stream');
    assert.equal((await call(await one.address())).body.toString(), 'left');
    assert.equal(await one.exited, 0);
  });

  suite('in real sandboxes', () => {
    let platform: Platform;
    before(async () => {
      platform = await Platform.start();
      const image = await platform.images.compiledFunction('java17', kinds, 'Kinds.hello');
      await platform.deploy({
        ...compiledSpecs(image, starts),
        missing: { image, env: [{ name: 'FUNC_HANDLER', value: 'nowhere' }] },
      });
    });
    after(() => platform[Symbol.asyncDispose]());

    compiledContract(() => platform, starts);

    test('a function that cannot be loaded says why', async () => {
      const answer = await fetch(platform.url('missing'));
      assert.equal(answer.status, 502);
      assert.match(
        await answer.text(),
        /Cannot load the function: the class io\.kubeless\.Kinds has no public/,
      );
    });
  });

  test('the classes of the runtime come from the archive that was made ahead', async () => {
    const place = '/opt/kontain/java';
    const options = ['-Xshare:on', '-XX:+UseSerialGC', `-XX:SharedArchiveFile=${place}/runtime.jsa`];
    const classes = ['-Xlog:class+load', '-cp', `${place}/runtime.jar:/kubeless/.function.jar`];
    const mounts = [{ source: kinds, path: '/kubeless', readOnly: true }];
    const { exitCode, log } = await machine.run('java17', ['app.kontain.Main', '--check'], mounts, {
      command: [`${place}/jre/bin/java`, ...options, ...classes],
      env: { MOD_NAME: 'Kinds', FUNC_HANDLER: 'hello' },
    });
    assert.equal(exitCode, 0, log);
    assert.match(log, /app\.kontain\.Main source: shared objects file/);
  });

  test('what cannot be compiled fails the build, with the words of the compiler', async () => {
    const cases: [string, Record<string, string>, RegExp][] = [
      [
        'Hello.handler',
        { 'Hello.java': 'package io.kubeless; class Hello {' },
        /^Hello\.java:1: error: reached end/m,
      ],
      ['Hello.missing', { 'Hello.java': hello }, /has no public missing\(io\.kubeless\.Event/],
      ['Other.handler', { 'Hello.java': hello }, /no class io\.kubeless\.Other/],
      ['Hello.handler', { 'Hello.txt': hello }, /no \.java file\. It has: Hello\.txt/],
      ['Hello.handler', { 'Hello.java': hello, 'pom.xml': readsFile }, /^pom\.xml:\d+:\d+: .*doctype/im],
      [
        'Hello.handler',
        { 'Hello.java': hello, 'pom.xml': '<project>' },
        /^pom\.xml:\d:10: XML document structures/m,
      ],
    ];
    for (const [handler, files, message] of cases) {
      const { exitCode, log } = await compile(handler, files);
      assert.match(log, message);
      assert.equal(exitCode, 2, log);
    }
  });
});
