import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runtimeContract } from './contract.ts';
import { startWithDependencies, type FunctionWithDependencies } from './dependencies.ts';
import { call } from './http-exchange.ts';
import { startRuntime, type Mode, type Runtime } from './runtime-process.ts';
import { uploadsContract } from './uploads.ts';

export interface Scripting {
  /** Of functions of `kinds`, in every mode. */
  answers: Readonly<Record<string, readonly [status: number, body: string]>>;
  /** What the error of a result of another type names. */
  otherType: string;
  /** The form of `a=1&b=2` in the query together with `a=x y!` in the body. */
  mergedForm: Readonly<Record<string, string>>;
  threads: RegExp;
  dependencies: FunctionWithDependencies & { what: string; answer: string };
}

/** What Ruby, PHP and Perl have in common beyond what every runtime does. */
export function scriptingContract(name: string, runtime: Runtime, expected: Scripting): void {
  runtimeContract(name, runtime);
  uploadsContract(name, runtime);
  for (const mode of ['stream', 'template', 'port'] satisfies Mode[])
    suite(`Runtime ${name}, ${mode}`, () => answersContract(runtime, mode, expected.answers));
  suite(`Runtime ${name}`, () => ownContract(runtime, expected));
}

function answersContract(runtime: Runtime, mode: Mode, answers: Scripting['answers']): void {
  for (const [handler, [status, body]] of Object.entries(answers))
    test(handler, async () => {
      await using process = await startRuntime(runtime, `kinds.${handler}`, mode);
      const answer = await call(await process.address());
      assert.equal(answer.body.toString(), body, process.output().stderr);
      assert.equal(answer.status, status);
    });
}

function ownContract(runtime: Runtime, { otherType, mergedForm, threads, dependencies }: Scripting): void {
  test('a result of another type is an error that names it', async () => {
    await using process = await startRuntime(runtime, 'kinds.not_http', 'stream');
    assert.equal((await call(await process.address())).status, 500);
    await process.exited;
    assert.ok(process.output().stderr.includes(`Unsupported response type: ${otherType}`));
  });

  test('forms and cookies', async () => {
    await using process = await startRuntime(runtime, 'kinds.form', 'stream');
    const answer = await call(await process.address(), {
      method: 'POST',
      target: '/?a=1&b=2',
      headers: [
        ['Content-Type', 'application/x-www-form-urlencoded'],
        ['Cookie', 'a=b%20c; d=e'],
      ],
      body: 'a=x+y%21',
    });
    const wanted = [{ a: 'x y!' }, mergedForm, { a: 'b c', d: 'e' }];
    assert.deepEqual(JSON.parse(answer.body.toString()), wanted);
  });

  test('a module that keeps a thread is no template: it says so with exit code 75', async () => {
    await using process = await startRuntime(runtime, 'threaded.handler', 'template');
    assert.equal(await process.exited, 75);
    assert.match(process.output().stderr, threads);
  });

  test(`${dependencies.what} are installed by the build, and found`, async () => {
    await using process = await startWithDependencies(runtime, dependencies);
    const { body } = await call(await process.address());
    assert.equal(body.toString(), dependencies.answer, process.output().stderr);
  });
}
