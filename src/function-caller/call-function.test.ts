import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import { freePorts } from '../../test/helpers/free-ports.ts';
import { builtin } from '../lib/builtin.ts';

const { createServer } = builtin('node:http');

const program = join(import.meta.dirname, '../main/call-function.ts');

/** What a server on loopback was asked, and what it answers. */
async function dataPlane(answer: RequestListener, port = 0) {
  const requests: (IncomingMessage & { body?: string })[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      requests.push(Object.assign(request, { body }));
      answer(request, response);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    requests,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const host = 'hello.default.svc.cluster.local';

async function call(url: string, more: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'call-'));
  const log = join(folder, 'termination-log');
  writeFileSync(join(folder, 'payload'), '{"large":true}');
  try {
    const own = [`--url=${url}`, `--host=${host}`, '--event-namespace=cronjobtrigger.kubeless.io'];
    const args = [
      program,
      ...own,
      `--termination-log=${log}`,
      ...more.map((arg) => arg.replace('FOLDER', folder)),
    ];
    writeFileSync(log, '');
    const child = spawn(process.execPath, args, { env: { POD_UID: 'a-uid' } });
    const [out, err, [exit]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { exit: exit as number, out, err, why: readFileSync(log, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('without a payload the function is called with GET and the headers of Kubeless', async () => {
  await using plane = await dataPlane((_, response) => response.end('done'));
  const { exit, out, err, why } = await call(plane.url);
  assert.deepEqual([exit, out, why], [0, 'done\n', ''], err);
  assert.match(err, /hello\.default\.svc\.cluster\.local answered 200, request id a-uid/);
  const [request] = plane.requests;
  assert.deepEqual([request?.method, request?.url, request?.body], ['GET', '/', '']);
  const { headers = {} } = request ?? {};
  assert.equal(headers.host, host);
  assert.equal(headers['event-id'], 'a-uid');
  assert.equal(headers['event-namespace'], 'cronjobtrigger.kubeless.io');
  assert.equal(headers['event-type'], 'application/json');
  assert.equal(headers['content-type'], 'application/json');
  assert.match(String(headers['event-time']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/);
});

test('a payload is posted byte for byte, from an argument or a file, and headers of the trigger win', async () => {
  await using plane = await dataPlane((_, response) => response.end());
  const hostile = `{"a":"$(id) 'quoted' \\"; rm -rf / #ü"}`;
  const headers = ['--header=X-Tenant: a:b', '--header=content-type: application/json; v=2'];
  assert.equal((await call(plane.url, [`--payload=${hostile}`, ...headers])).exit, 0);
  assert.equal((await call(plane.url, ['--payload-file=FOLDER/payload'])).exit, 0);
  const [inline, file] = plane.requests;
  assert.deepEqual([inline?.method, inline?.body], ['POST', hostile]);
  assert.equal(inline?.headers['x-tenant'], 'a:b');
  assert.equal(inline?.headers['content-type'], 'application/json; v=2');
  assert.equal(file?.body, '{"large":true}');
});

test('refusals are failures, with the reason where Kubernetes looks for it', async () => {
  await using plane = await dataPlane((request, response) => {
    response.statusCode = request.headers['x-status'] === '404' ? 404 : 502;
    response.end(
      response.statusCode === 404
        ? 'no such page'
        : JSON.stringify({ code: 'crashed', reason: 'exit code 1' }),
    );
  });
  const crashed = await call(plane.url);
  assert.deepEqual([crashed.exit, crashed.why], [9, `${host} answered 502: crashed: exit code 1`]);
  const missing = await call(plane.url, ['--header=x-status: 404']);
  assert.deepEqual([missing.exit, missing.why], [9, `${host} answered 404: no such page`]);
});

test('an answer that does not come in time, or breaks off, is a failure', async () => {
  await using silent = await dataPlane(() => undefined);
  const late = await call(silent.url, ['--timeout-seconds=0.3']);
  assert.deepEqual([late.exit, late.why], [5, `${host} did not answer within 0.3 s`]);
  await using broken = await dataPlane((request) => request.socket.destroy());
  const cut = await call(broken.url);
  assert.equal(cut.exit, 10);
  assert.match(cut.why, /cannot be reached through http:\/\/127\.0\.0\.1:\d+: socket hang up/);
});

test('a data plane that comes a moment later is waited for; one that stays away is a failure', async () => {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const waiting = call(url);
  await using plane = await dataPlane((_, response) => response.end('late'), port);
  assert.equal((await waiting).out, 'late\n');
  assert.equal(plane.requests.length, 1);
  const away = await call('http://127.0.0.1:1', ['--timeout-seconds=1']);
  assert.equal(away.exit, 10);
  assert.match(away.why, /cannot be reached through http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/);
});

test('arguments that make no sense are refused with the usage', async () => {
  for (const [args, message] of [
    [['--header=nothing'], /--header: write "Name: value"/],
    [['--timeout-seconds=soon'], /no number of seconds/],
    [['--payload-file=/does/not/exist'], /ENOENT/],
    [['--surprise'], /Unknown option/],
  ] as const) {
    const { exit, why } = await call('http://127.0.0.1:1', args);
    assert.notEqual(exit, 0);
    assert.match(why, message);
  }
  assert.match((await call('ftp://x')).why, /is no URL\s+usage: call-function/);
});
