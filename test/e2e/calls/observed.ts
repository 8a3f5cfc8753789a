import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { call } from '../../helpers/e2e-call.ts';
import type { Platform } from '../../helpers/e2e-platform.ts';
import type { CurrentPlatform } from '../../helpers/shared-platform.ts';
import { eventually } from '../../helpers/eventually.ts';

export function observedCalls(current: CurrentPlatform): void {
  suite('what an operator sees of calls', () => {
    let platform: Platform;
    before(async () => {
      platform = current();
      await platform.deploy({ calls: { image: await platform.images.onRuntime('nodejs24', 'observed.js') } });
    });

    const page = async (path: string) => call(platform.instance.url(path));

    test('the server is healthy and ready', async () => {
      for (const path of ['/healthz', '/readyz']) {
        const { status, text } = await page(path);
        assert.deepEqual([status, text.trim()], [200, 'OK'], path);
      }
    });

    test('what a call prints is found by its request id, by stream, and nothing of other calls', async () => {
      const ids = ['first-1', 'second-2'];
      for (const id of ids)
        await call(platform.url(`calls/print?${id}`), { headers: { 'x-request-id': id } });
      for (const id of ids) {
        const lines = await eventually('both streams are there', async () => {
          const found = await platform.logs('calls', id);
          return found.length >= 2 && found;
        });
        assert.deepEqual(lines.map(({ stream, text }) => `${stream} ${text}`).toSorted(), [
          `stderr wrong ${id}`,
          `stdout right ${id}`,
        ]);
      }
    });

    test('the access log has one line a call, with its request id', async () => {
      await call(platform.url('calls'), { headers: { 'x-request-id': 'logged-1' } });
      const log = join(platform.instance.home.logs, 'faas-server.log');
      const line = await eventually('the call is logged', () =>
        readFileSync(log, 'utf8')
          .split('\n')
          .find((text) => text.includes('logged-1')),
      );
      assert.match(line, /"status":200/);
    });

    test('metrics have the three names, with the labels of the call', async () => {
      await call(platform.url('calls'));
      await call(platform.url('calls/fail'));
      const { text, headers } = await page('/metrics');
      assert.match(headers['content-type'] ?? '', /^text\/plain/);
      const owner = 'namespace="default",function="calls",method="GET"';
      assert.match(
        text,
        new RegExp(`^function_calls_total\\{${owner},start="\\w+",outcome="ok"\\} [1-9]`, 'm'),
      );
      assert.match(
        text,
        new RegExp(`^function_duration_seconds_count\\{${owner},start="\\w+"\\} [1-9]`, 'm'),
      );
      assert.match(text, new RegExp(`^function_failures_total\\{${owner},outcome="\\w+"\\} [1-9]`, 'm'));
      assert.match(text, /^kontain_functions 1$/m);
    });

    test('names that callers make up do not become metrics', async () => {
      for (const name of ['made-up-1', 'made-up-2']) await call(platform.url(name));
      assert.doesNotMatch((await page('/metrics')).text, /made-up/);
    });
  });
}
