import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FrontHarness } from '../../../test/helpers/front-harness.ts';
import { kontainerSpec } from '../../../test/helpers/kontainer-spec.ts';
import { respond } from '../../../test/helpers/inline-functions.ts';
import { requestHead } from '../../../test/helpers/inline-functions.ts';
import type { InlineFunction } from '../../../test/helpers/inline-driver.ts';
import { expired, leastRecentlyUsed } from './idle-sweep.ts';

const answer = (text: string) => respond(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
const one = answer('one');
const two = answer('two');

async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

suite('FunctionTable', () => {
  test('an update: new calls get the new version, calls in flight finish on the old, which then is freed', async () => {
    const release = Promise.withResolvers<void>();
    const old: InlineFunction = async ({ socket, exit }) => {
      await requestHead(socket);
      await release.promise;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold');
      exit({ code: 0 });
    };
    await using front = await FrontHarness.start({ functions: { fn: old, two } });
    const inFlight = text(front.url('/default/fn'));
    await until(() => front.driver.alive.size === 1);
    front.source.set(kontainerSpec({ name: 'fn', args: ['two'] }));
    assert.equal(await text(front.url('/default/fn')), 'two');
    assert.deepEqual(front.source.held.length, 2);
    release.resolve();
    assert.equal(await inFlight, 'old');
    await until(() => front.source.held.length === 1);
    assert.equal(front.driver.templates, 1);
  });

  test('no call fails while versions change under load', async () => {
    await using front = await FrontHarness.start({ functions: { fn: one, one, two } });
    const seen = new Set<string>();
    const caller = async (): Promise<void> => {
      for (let count = 0; count < 40 || seen.size < 2; count += 1) {
        const response = await fetch(front.url('/default/fn'));
        assert.equal(response.status, 200);
        seen.add(await response.text());
      }
    };
    const over = new AbortController();
    const changes = (async () => {
      for (let count = 0; !over.signal.aborted; count += 1) {
        front.source.set(kontainerSpec({ name: 'fn', args: [count % 2 === 0 ? 'two' : 'one'] }));
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    })();
    await Promise.all([caller(), caller(), caller()]).finally(() => over.abort());
    await changes;
    assert.deepEqual([...seen].sort(), ['one', 'two']);
    await until(() => front.source.held.length <= 1);
  });

  test('a deleted function is 404 at once, and frees what it held', async () => {
    await using front = await FrontHarness.start({ functions: { fn: one } });
    assert.equal(await text(front.url('/default/fn')), 'one');
    front.source.delete('default', 'fn');
    assert.equal((await fetch(front.url('/default/fn'))).status, 404);
    await until(() => front.source.held.length === 0 && front.driver.templates === 0);
  });

  test('idle functions are dropped, and come back with the next call', async () => {
    await using front = await FrontHarness.start({ functions: { fn: one }, spec: { idleTimeoutMs: 60_000 } });
    await text(front.url('/default/fn'));
    await until(() => front.driver.alive.size === 0);
    const now = performance.now();
    assert.deepEqual(expired(front.table, now), []);
    const [idle] = expired(front.table, now + 120_000);
    assert.ok(idle);
    await front.table.drop(idle);
    assert.deepEqual([front.driver.templates, front.source.held.length], [0, 0]);
    assert.equal(await text(front.url('/default/fn')), 'one');
  });

  test('under pressure the least recently used go first, and only as many as needed', async () => {
    await using front = await FrontHarness.start({ functions: { a: one, b: one, c: one } });
    front.driver.memoryBytes = 10;
    for (const name of ['b', 'c', 'a']) await text(front.url(`/default/${name}`));
    await until(() => front.driver.alive.size === 0);
    const names = leastRecentlyUsed(front.table, 15).map(({ spec }) => spec.name);
    assert.deepEqual(names, ['b', 'c']);
    assert.deepEqual(leastRecentlyUsed(front.table, 0), []);
  });

  test('a bundle that cannot be opened fails its calls, and the next one tries again', async () => {
    await using front = await FrontHarness.start({ functions: { fn: one } });
    front.source.broken = true;
    assert.equal((await fetch(front.url('/default/fn'))).status, 503);
    front.source.broken = false;
    assert.equal(await text(front.url('/default/fn')), 'one');
  });
});
