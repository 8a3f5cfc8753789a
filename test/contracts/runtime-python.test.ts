import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { runtimeContract } from './runtime/contract.ts';
import { call } from './runtime/http-exchange.ts';
import { python } from './runtime/languages.ts';
import { startRuntime } from './runtime/runtime-process.ts';
import { assertDrawsDiffer } from './runtime/template.ts';
import { uploadsContract } from './runtime/uploads.ts';

const root = join(import.meta.dirname, '../..');
runtimeContract('python', python);
uploadsContract('python', python);

suite('Runtime python', () => {
  test('a raised response is the answer', async () => {
    await using runtime = await startRuntime(python, 'kinds.raises_response', 'stream');
    const answer = await call(await runtime.address());
    assert.equal(answer.status, 403);
    assert.equal(answer.body.toString(), 'not for you');
  });

  test('a result of another type is an error that names it', async () => {
    await using runtime = await startRuntime(python, 'kinds.not_http', 'stream');
    assert.equal((await call(await runtime.address())).status, 500);
    await runtime.exited;
    assert.match(runtime.output().stderr, /Unsupported response type: <class 'int'>/);
  });

  test('forms, uploads and cookies', async () => {
    await using runtime = await startRuntime(python, 'kinds.form', 'stream');
    const part = (head: string, content: string) =>
      `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
    const upload = 'name="file"; filename="../a.txt"\r\nContent-Type: text/plain';
    const answer = await call(await runtime.address(), {
      method: 'POST',
      headers: [
        ['Content-Type', 'multipart/form-data; boundary=b'],
        ['Cookie', 'a=b%20c; d=e'],
      ],
      body: `${part('name=greeting', 'Hola')}${part(upload, 'two\r\nlines')}--b--\r\n`,
    });
    assert.deepEqual(JSON.parse(answer.body.toString()), {
      greeting: 'Hola',
      file: ['a.txt', 'text/plain', 'two\r\nlines'],
      cookie: 'b c',
    });
  });

  test('a body over FUNC_MEMFILE_MAX is refused', async () => {
    await using runtime = await startRuntime(python, 'kinds.repeats', 'stream', { FUNC_MEMFILE_MAX: '3' });
    assert.equal((await call(await runtime.address(), { method: 'POST', body: 'four' })).status, 413);
  });

  test('a module that keeps a thread is no template: it says so with exit code 75', async () => {
    await using runtime = await startRuntime(python, 'threaded.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /started threads \(.*keeper/);
  });

  test('a library that keeps a thread over a fork is noticed, too', async () => {
    await using runtime = await startRuntime(python, 'threaded_library.handler', 'template');
    assert.equal(await runtime.exited, 75);
    assert.match(runtime.output().stderr, /started threads \(1 of a library\)/);
  });

  test('NumPy is forked with the threads that it knows to end, and draws other numbers in each call', () =>
    assertDrawsDiffer((handler) => startRuntime(python, handler, 'template'), 'draws_numpy.numbers'));

  test('unit tests', async () => {
    const tests = ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'];
    const { stderr } = await promisify(execFile)('/usr/bin/python3', tests, {
      cwd: join(root, 'runtimes/python'),
    });
    assert.match(stderr, /^OK$/m);
  });
});
