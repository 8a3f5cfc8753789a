import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { processInfo } from '../helpers/processes.ts';
import { startProgram, type RunningProgram } from '../helpers/program.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { rawClient, type Doc } from './kubernetes-api/raw-client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

suite('the embedded API server keeps its word', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kontain-api-durable-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const start = (): Promise<RunningProgram> =>
    startProgram('embedded-apiserver', ['--data-dir', join(folder, 'data'), '--kubeconfig', kubeconfig]);
  after(() => rmSync(folder, { recursive: true }));

  test('a full disk is told, what is stored can be read, and writes go on once there is room', async () => {
    using disk = smallDisk('16m');
    const file = join(disk.path, 'kubeconfig');
    const flags = ['--data-dir', join(disk.path, 'data'), '--kubeconfig', file];
    await using server = await startProgram('embedded-apiserver', flags);
    const client = await rawClient(file);
    const write = (name: string) =>
      client.call('POST', configMaps, { body: { metadata: { name }, data: { x: 'x'.repeat(100_000) } } });
    assert.equal((await write('before')).code, 201);
    disk.fill();
    const refused = await write('full');
    assert.equal(refused.code, 500);
    assert.match(String(refused.body['message']), /disk of the API server is full/);
    assert.equal((await client.call('GET', `${configMaps}/before`)).code, 200);
    assert.equal((await client.call('GET', `${configMaps}/full`)).code, 404);
    disk.free();
    assert.equal((await write('after')).code, 201);
    assert.ok(processInfo(server.pid), 'it is the same process');
  });

  test('kill -9 under load, again and again: every acknowledged write is there', async () => {
    const acknowledged = new Map<string, string>();
    let last = 0;
    for (let round = 0; round < 4; round += 1) {
      const server = await start();
      const client = await rawClient(kubeconfig);
      const killed = new AbortController();
      const writer = async (lane: number): Promise<void> => {
        for (let count = 0; !killed.signal.aborted; count += 1) {
          const name = `w-${round}-${lane}-${count}`;
          const body = { metadata: { name, finalizers: [] }, data: { count: String(count) } };
          const { code, body: made } = await client
            .call('POST', configMaps, { body })
            .catch(() => ({ code: 0, body: {} }));
          if (code !== 201) return;
          acknowledged.set(name, made.metadata.resourceVersion);
        }
      };
      const writers = [0, 1, 2, 3].map(writer);
      const enough = acknowledged.size + 40;
      await eventually('enough is written', () => acknowledged.size >= enough);
      process.kill(server.pid, 'SIGKILL');
      killed.abort();
      await Promise.all(writers);
      client.close();
      await eventually('the process is gone', () => processInfo(server.pid) === null);
    }
    await using server = await start();
    assert.ok(server.pid > 0);
    const client = await rawClient(kubeconfig);
    const { items, metadata } = (await client.call('GET', configMaps)).body;
    const found = new Map<string, string>(
      items.map((item: Doc) => [item.metadata.name, item.metadata.resourceVersion]),
    );
    for (const [name, version] of acknowledged) assert.equal(found.get(name), version, name);
    assert.equal(new Set(found.values()).size, found.size, 'no revision is given out twice');
    for (const version of found.values()) last = Math.max(last, Number(version));
    assert.ok(Number(metadata.resourceVersion) >= last);
    client.close();
  });

  test('secrets are for the owner only, and the address is loopback', async () => {
    await using server = await start();
    assert.match(String(server.ready['url']), /^https:\/\/127\.0\.0\.1:\d+$/);
    for (const file of [
      kubeconfig,
      join(folder, 'data/admin.token'),
      join(folder, 'data/state.sqlite'),
      join(folder, 'data/pki/server.key'),
    ]) {
      assert.equal(statSync(file).mode & 0o077, 0, file);
    }
    await assert.rejects(
      startProgram('embedded-apiserver', ['--data-dir', join(folder, 'other'), '--host', '0.0.0.0']),
      /listens on loopback only/,
    );
    await assert.rejects(start(), /another API server uses this data directory/);
  });

  test('SIGTERM ends watches in good order, and the same kubeconfig works after a restart on the same port', async () => {
    const first = await start();
    const port = new URL(String(first.ready['url'])).port;
    const client = await rawClient(kubeconfig);
    const stream = await client.watch(`${configMaps}?watch=true&resourceVersion=0`);
    await first[Symbol.asyncDispose]();
    await stream.ended;
    await using second = await startProgram('embedded-apiserver', [
      '--data-dir',
      join(folder, 'data'),
      '--kubeconfig',
      kubeconfig,
      '--port',
      port,
    ]);
    assert.equal(new URL(String(second.ready['url'])).port, port);
    assert.equal((await client.call('GET', '/api/v1/namespaces/default')).code, 200);
    client.close();
  });

  test('a server with 1,000 objects needs less than 100 MB of its own', async () => {
    await using server = await start();
    assert.ok(server.pid > 0);
    const client = await rawClient(kubeconfig);
    for (let count = 0; count < 1000; count += 1) {
      const reply = await client.call('POST', configMaps, {
        body: { metadata: { name: `m-${count}` }, data: { a: 'x'.repeat(1000) } },
      });
      assert.equal(reply.code, 201);
    }
    await client.call('GET', configMaps);
    // Pages of the Node.js binary are shared with every other program of ours and can be dropped: they do not count.
    const own = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1];
    assert.ok(Number(own) < 100 * 1024, `${own} kB`);
    client.close();
  });
});
