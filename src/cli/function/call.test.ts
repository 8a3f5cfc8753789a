import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startCliApi, type CliApi } from '../../../test/helpers/cli-api.ts';
import { serve } from '../../../test/helpers/serve.ts';

let api: CliApi;
let cwd: string;
before(async () => {
  api = await startCliApi();
  ({ cwd } = api);
});
after(() => api[Symbol.asyncDispose]());

const run: CliApi['run'] = (argv, options) => api.run(argv, options);

test('call sends what Kubeless sends, and prints the answer', async () => {
  const seen: { request: IncomingMessage; body: Buffer }[] = [];
  await using web = await serve((request, body) => {
    seen.push({ request, body });
    return Buffer.from('answer');
  });
  const call = (...argv: string[]) => run(['function', 'call', 'hello', '--url', `${web.url}/`, ...argv]);
  assert.deepEqual(await call(), { exit: 0, stdout: 'answer\n', stderr: '' });
  await call('-d', '{"a":1}', '-n', 'other', '--path', 'users?limit=3', '-H', 'X-A: b: c');
  await call('-d', 'a=1', '-X', 'put');
  await writeFile(join(cwd, 'body.bin'), Buffer.from([0, 255]));
  await call('--data-file', 'body.bin');
  await api.run(['function', 'call', 'hello', '--url', web.url, '--data-file', '-'], { stdin: 'piped' });
  assert.deepEqual([...(seen[3]?.body ?? [])], [0, 255]);
  assert.equal(seen[4]?.body.toString(), 'piped');
  const both = await call('-d', 'a', '--data-file', 'body.bin');
  assert.match(both.stderr, /error: You can't provide both --data and --data-file/);
  for (const method of ['CONNECT', 'FO O']) {
    const refused = await call('-X', method);
    assert.equal(refused.exit, 2);
    assert.match(refused.stderr, /^error: --method "[^"]*" is no method of a call\nhint: [^\n]*\n$/);
  }
  const [get, post, put] = seen.map(({ request, body }) => ({
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    body: body.toString(),
  }));
  assert.equal(get?.line, 'GET /default/hello');
  assert.equal(get.headers['event-id'], 'an-id');
  assert.equal(get.headers['event-namespace'], 'cli.kubeless.io');
  assert.match(String(get.headers['event-time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(post?.line, 'POST /other/hello/users?limit=3');
  assert.equal(post.body, '{"a":1}');
  assert.equal(post.headers['content-type'], 'application/json');
  assert.equal(post.headers['event-type'], 'application/json');
  assert.equal(post.headers['x-a'], 'b: c');
  assert.equal(put?.line, 'PUT /default/hello');
  assert.equal(put.headers['content-type'], 'application/x-www-form-urlencoded');
  const verbose = await call('--verbose');
  assert.match(
    verbose.stderr,
    /> GET http.*\n[^]*< 200 OK\n[^]*\* (connect [\d.]+ ms, )?send [\d.]+ ms, wait [\d.]+ ms, receive [\d.]+ ms; [\d.]+ ms in all\n$/,
  );
});

test('call tells the platform from the function when it fails', async () => {
  const answers: Record<string, [number, string]> = {
    '/default/slow': [408, '{"code":"timeout","reason":"too long","requestId":"1"}'],
    '/default/absent': [404, '{"code":"not_found","reason":"no function absent","hint":"deploy it"}'],
    '/default/faulty': [500, 'Traceback'],
  };
  await using web = await serve(() => undefined, answers);
  const call = async (name: string) => run(['function', 'call', name, '--url', web.url]);
  const timedOut =
    'error: Request timeout exceeded\nhint: Make the function faster, or give it more time: "kubeless function update slow --timeout 5m".\n';
  assert.deepEqual(await call('slow'), { exit: 5, stdout: '', stderr: timedOut });
  const absent = { exit: 4, stdout: '', stderr: 'error: no function absent\nhint: deploy it\n' };
  assert.deepEqual(await call('absent'), absent);
  const faulty =
    'Traceback\nerror: the function answered 500 Internal Server Error\nhint: "kubeless function logs faulty" shows what it printed.\n';
  assert.deepEqual(await call('faulty'), { exit: 9, stdout: '', stderr: faulty });
  const told = await run(['function', 'call', 'faulty', '--url', web.url, '--verbose']);
  assert.equal(told.exit, 9);
  assert.match(told.stderr, /< 500 [^]*Traceback\n\* [^]*receive [^]*error: the function answered 500/);
  const nowhere = await run(['function', 'call', 'x']);
  assert.equal(nowhere.exit, 10);
  assert.match(nowhere.stderr, /functions-url/);
});

test('a function that never became ready is not said to be missing', async () => {
  await writeFile(join(cwd, 'hello.py'), 'def handler(event, context): pass\n');
  const flags = '--runtime python3.11 --handler hello.handler -f hello.py'.split(' ');
  await run(['function', 'deploy', 'slow', ...flags]);
  const answer = '{"code":"not_found","reason":"there is no such function"}';
  await using web = await serve(() => undefined, { '*': [404, answer] });
  const slow = await run(['function', 'call', 'slow', '--url', web.url]);
  assert.match(
    slow.stderr,
    /^error: Function slow is there, but is not ready: .+\nhint: .*function describe slow/,
  );
  assert.equal(slow.exit, 10);
  const nobody = await run(['function', 'call', 'nobody', '--url', web.url, '-n', 'default']);
  assert.match(nobody.stderr, /^error: Function nobody is not found\nhint: .*function ls -n default/);
  assert.equal(nobody.exit, 4);
});
