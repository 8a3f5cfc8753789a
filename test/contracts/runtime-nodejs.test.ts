import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runtimeContract } from './runtime/contract.ts';
import { call } from './runtime/http-exchange.ts';
import { nodejsRuntime } from './runtime/nodejs-runtime.ts';
import { startRuntime, type Mode } from './runtime/runtime-process.ts';

const nodejs = nodejsRuntime();

/** What the handler of that name answers when all of Node works. */
const everything = '[16,true,"hi\\n","imported","pong"]';

runtimeContract('nodejs', nodejs);

for (const mode of ['stream', 'template', 'port'] satisfies Mode[])
  suite(`Runtime nodejs, ${mode}`, () => {
    for (const [handler, status, body] of [
      ['module.handler', 200, 'from an ECMAScript module'],
      ['typed.handler', 200, 'from TypeScript'],
      ['single.anything', 200, 'the export itself'],
      ['kinds.web_response', 202, 'web'],
      ['kinds.writes_itself', 203, 'itself'],
      ['kinds.pipes', 200, 'piped'],
      ['kinds.everything', 200, everything],
    ] as const)
      test(handler, async () => {
        await using runtime = await startRuntime(nodejs, handler, mode);
        const answer = await call(await runtime.address(), { headers: [['Connection', 'close']] });
        assert.equal(answer.body.toString(), body, runtime.output().stderr);
        assert.equal(answer.status, status);
        assert.ok(answer.complete);
      });

    if (mode === 'port') return;
    for (const [handler, message] of [
      ['throws_elsewhere', /wanted: elsewhere/],
      ['never', /neither returned nor threw/],
    ] as const)
      test(`${handler} is a 500`, async () => {
        await using runtime = await startRuntime(nodejs, `kinds.${handler}`, mode);
        assert.equal((await call(await runtime.address())).status, 500);
        assert.match(runtime.output().stderr, message);
      });
  });

suite('Runtime nodejs', () => {
  test('exit listeners of the function run, and the exit code is its own', async () => {
    await using runtime = await startRuntime(nodejs, 'kinds.leaves', 'stream');
    await assert.rejects(call(await runtime.address()), /no head/);
    assert.equal(await runtime.exited, 4);
    assert.match(runtime.output().stdout, /leaving with 4/);
  });

  test('a module that listens is no template: it says so with exit code 75', async () => {
    await using runtime = await startRuntime(nodejs, 'listening.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /keeps open what a fork would break: TCP/);
  });

  test('a module that throws outside of any call ends the template, with its message', async () => {
    await using runtime = await startRuntime(nodejs, 'throwing.handler', 'template');
    assert.equal(await runtime.exited, 1);
    assert.match(runtime.output().stderr, /wanted: before any call\n +at .*throwing\.js:5/);
  });

  test('a body over REQ_MB_LIMIT is refused', async () => {
    await using runtime = await startRuntime(nodejs, 'kinds.repeats', 'stream', { REQ_MB_LIMIT: '0.001' });
    const body = Buffer.alloc(2000);
    assert.equal((await call(await runtime.address(), { method: 'POST', body })).status, 413);
  });
});
