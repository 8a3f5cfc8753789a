import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { runtimeContract } from '../../contracts/runtime/contract.ts';
import { call } from '../../contracts/runtime/http-exchange.ts';
import { startRuntime, type Runtime } from '../../contracts/runtime/runtime-process.ts';
import { assertSameVerdicts } from '../../contracts/runtime/verdicts.ts';
import { buildMachine, type BuildMachine } from '../../helpers/build-machine.ts';
import { compilerOf } from '../../helpers/compile-source.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { repository } from '../../helpers/program.ts';
import { compiledContract, compiledSpecs } from './in-sandboxes.ts';

const source = readFileSync(join(repository, 'test/fixtures/functions/go/kinds.go'), 'utf8');
const hello = readFileSync(join(repository, 'samples/hello-go/hello.go'), 'utf8');

const starts = ['cold', 'prewarmed'] as const;

/** net/http wants a host, a target that is a URL, and knows one expectation only. */
const isOdd = (bytes: string): boolean =>
  !/^\S+ \/(a\?b=c%20d)? HTTP\/1\.[01]\r\nHost: function\.test\r\n/.test(bytes) || /^expect/im.test(bytes);

export function goFunctions(current: CurrentPlatform): void {
  suite('functions in Go', () => {
    let machine: BuildMachine;
    let kinds: string;
    const runtime: Runtime = {
      command: [],
      stub: () => ({}),
      env: {},
      functions: '/',
      suffix: '.go',
      convention: {
        modes: ['stream', 'port'],
        textType: /^text\/plain; charset=utf-8$/,
        failures: ['fails', 'returns_error'],
        failureBody: /^Error: wanted: .*$/,
        parsesJson: false,
        isAsync: false,
        isCompiled: true,
      },
    };
    const compile = compilerOf('go1.19', () => machine);

    before(async () => {
      machine = await buildMachine();
      const { exitCode, log, folder } = await compile('kinds.Handler', { 'kinds.go': source });
      assert.equal(exitCode, 0, log);
      kinds = folder;
      runtime.command = [
        join(repository, 'build/native/kontainer-exec'),
        'stream',
        join(folder, '.function'),
      ];
    });
    after(() => machine[Symbol.dispose]());

    runtimeContract('go', runtime);

    test('reads a request as the other runtimes do, whatever its head and body are', async () => {
      await using one = await startRuntime(runtime, 'kinds.repeats', 'port');
      await assertSameVerdicts(new Map([['go', await one.address()]]), { mayRefuse: isOdd });
    });

    test('the deadline of a call is in its context', async () => {
      await using one = await startRuntime(runtime, 'kinds.deadline', 'stream', { FUNC_TIMEOUT: '2.5' });
      assert.equal((await call(await one.address())).body.toString(), 'true true');
    });

    suite('in real sandboxes', () => {
      before(async () => {
        const image = await current().images.compiledFunction('go1.19', kinds, 'kinds.Handler');
        await current().deploy(compiledSpecs(image, starts));
      });
      compiledContract(current, starts);
    });

    test('what cannot be compiled fails the build, with the words of the compiler', async () => {
      const cases: [string, string, RegExp][] = [
        ['hello.Handler', 'package kubeless\n\nfunc Handler( {', /^hello\.go:3:\d+: syntax error/m],
        ['hello.Missing', hello, /undefined: kubeless\.Missing/],
        [
          'hello.Handler',
          'package kubeless\n\nfunc Handler() {}\n',
          /cannot use (kubeless|function)\.Handler/,
        ],
        ['hello.handler', hello, /does not begin with a capital letter/],
        ['hello.Handler', hello.replace('"github.com/', '"example.invalid/'), /example\.invalid/],
      ];
      for (const [handler, text, message] of cases) {
        const { exitCode, log } = await compile(handler, { 'hello.go': text });
        assert.match(log, message);
        if (!log.includes('example.invalid')) assert.equal(exitCode, 2, log);
      }
    });

    test('without dependencies nothing is fetched: the sample, and a package of its own', async () => {
      const { exitCode, log } = await compile('hello.Handler', { 'hello.go': hello, 'go.mod': '' });
      assert.equal(exitCode, 0, log);
    });

    test('dependencies are those of go.mod, in Kubeless’ form', async () => {
      const using = hello
        .replace('import "github', 'import (\n\t"github.com/google/uuid"\n\t"github')
        .replace('functions"\n', 'functions"\n)\n')
        .replace('"hello world\\n"', 'uuid.NewString()');
      const module = (version: string) =>
        `module function\n\ngo 1.14\n\nrequire github.com/google/uuid ${version}\n`;
      const files = { 'hello.go': using };
      const { exitCode, log } = await compile('hello.Handler', files, module('v1.3.0'));
      assert.equal(exitCode, 0, log);
      const wrong = await compile('hello.Handler', files, module('v1.3.99'));
      assert.equal(wrong.exitCode, 2, wrong.log);
      assert.match(wrong.log, /github\.com\/google\/uuid@v1\.3\.99/);
    });
  });
}
