import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { eventually } from '../../../test/helpers/eventually.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLogger } from '../../lib/log.ts';
import { FunctionLogs } from '../logs/function-logs.ts';
import type { LogLine } from '../logs/log-line.ts';
import { StatusListener } from './status-listener.ts';
import { builtin } from '../../lib/builtin.ts';

const { request } = builtin('node:http');

async function place() {
  const root = await mkdtemp(join(tmpdir(), 'status-'));
  const address = join(root, 'status.sock');
  const limits = { maxFileBytes: 4000, flushMs: 5, maxPendingBytes: 10_000_000 };
  const logs = new FunctionLogs({ root, ...limits, clock: systemClock, log: silentLogger });
  const pages = (path: string) =>
    Promise.resolve({ status: 200, contentType: 'text/plain', body: `page ${path}` });
  await writeFile(address, 'left over');
  const listener = new StatusListener({ address, pages, logs, log: silentLogger });
  await listener.listen();
  return {
    address,
    listener,
    logs,
    async open(path: string, method = 'GET'): Promise<IncomingMessage> {
      const outgoing = request({ socketPath: address, path, method }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      return response;
    },
    async get(path: string, method?: string) {
      const response = await this.open(path, method);
      return { status: response.statusCode, body: await text(response) };
    },
    async texts(query: string): Promise<string[]> {
      const { status, body } = await this.get(`/logs/ns/fn${query}`);
      assert.equal(status, 200, body);
      return parse(body).map(({ text: line }) => line);
    },
    print(requestId: string, line: string, name = 'fn') {
      const call = { namespace: 'ns', name, requestId };
      logs.write(call, 'stdout', Buffer.from(`${line}\n`));
      logs.end(call);
    },
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await logs[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

function parse(body: string): LogLine[] {
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

suite('status address', () => {
  test('has the pages, is for its owner only, and takes the place of what a killed one left', async () => {
    await using at = await place();
    assert.equal((await at.get('/metrics')).body, 'page /metrics');
    assert.equal((await at.get('/readyz?verbose')).body, 'page /readyz');
    assert.equal((await stat(at.address)).mode & 0o777, 0o600);
  });

  test('logs by function, by request, from a time on, and only the last lines', async () => {
    await using at = await place();
    at.print('r1', 'one');
    at.print('r2', 'two');
    at.print('r1', 'three');
    at.print('r1', 'elsewhere', 'other');
    assert.deepEqual(await at.texts(''), ['one', 'two', 'three']);
    assert.deepEqual(await at.texts('?requestId=r1'), ['one', 'three']);
    assert.deepEqual(await at.texts('?tailLines=2'), ['two', 'three']);
    assert.deepEqual(await at.texts('?tailLines=1&requestId=r2'), ['two']);
    assert.deepEqual(await at.texts('?tailLines=0'), []);
    assert.deepEqual(await at.texts('?sinceTime=2000-01-01T00:00:00Z'), ['one', 'two', 'three']);
    assert.deepEqual(await at.texts('?sinceTime=2100-01-01T00:00:00Z'), []);
    assert.deepEqual((await at.get('/logs/ns/never-printed')).body, '');
  });

  test('follow: every line once, over rotations of the file, of the wanted request only', async () => {
    await using at = await place();
    const expected: string[] = [];
    const printMany = (from: number, to: number): void => {
      for (let i = from; i < to; i += 1) {
        at.print(i % 2 === 0 ? 'even' : 'odd', `line ${i}`);
        if (i % 2 === 0) expected.push(`line ${i}`);
      }
    };
    printMany(0, 20);
    const response = await at.open('/logs/ns/fn?follow=true&requestId=even');
    let body = '';
    response.on('data', (chunk: Buffer) => (body += chunk.toString()));
    for (let round = 1; round < 10; round += 1) {
      printMany(round * 20, round * 20 + 20);
      await at.logs.flush();
    }
    await eventually('all of it', () => parse(body).length >= expected.length);
    assert.deepEqual(
      parse(body).map(({ text: line }) => line),
      expected,
    );
    response.destroy();
  });

  test('ends those who follow when it ends', async () => {
    const at = await place();
    const response = await at.open('/logs/ns/fn?follow=true');
    const closed = new Promise((resolve) => response.on('close', resolve));
    response.on('error', () => undefined).resume();
    await at[Symbol.asyncDispose]();
    await closed;
  });

  test('listens at a host and port too, as in a pod, and refuses what is neither', async () => {
    const pages = () => Promise.resolve({ status: 200, contentType: 'text/plain', body: 'page' });
    const logs = { open: () => Promise.reject(new Error('not asked')) };
    const at = (address: string) => new StatusListener({ address, pages, logs, log: silentLogger });
    for (const host of ['127.0.0.1', '[::1]']) {
      await using listener = at(`${host}:0`);
      await listener.listen();
      const response = await fetch(`http://${host}:${listener.port}/healthz`);
      assert.equal(await response.text(), 'page');
    }
    for (const address of ['status.sock', '127.0.0.1', ':9090', 'host:99999'])
      await assert.rejects(at(address).listen(), { code: 'bad_request' });
  });

  test('refuses what it does not know, and names that are paths', async () => {
    await using at = await place();
    for (const path of ['/', '/logs', '/logs/ns', '/logs/ns/fn/x', '/metrics/', '/logs/../../etc/passwd'])
      assert.equal((await at.get(path)).status, 404, path);
    for (const path of [
      '/logs/ns/%2e%2e%2fa',
      '/logs/NS/fn',
      '/logs/ns/fn?tailLines=-1',
      '/logs/ns/fn?since=1',
    ])
      assert.equal((await at.get(path)).status, 400, path);
    assert.match((await at.get('/logs/ns/fn?sinceTime=soon')).body, /sinceTime must be a time/);
    assert.equal((await at.get('/metrics', 'POST')).status, 405);
  });
});
