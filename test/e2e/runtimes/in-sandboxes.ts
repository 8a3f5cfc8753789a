import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Platform } from '../../helpers/e2e-platform.ts';

/** Other ways to start than the runtime's own, in which large bodies must come through too. */
export type OtherStart = 'cold' | 'prewarmed';

/** Images of the functions of `kinds` that the contract calls, by their names as functions. */
export function compiledSpecs(image: string, starts: readonly OtherStart[]): Record<string, object> {
  const as = (handler: string) => ({ image, env: [{ name: 'FUNC_HANDLER', value: handler }] });
  return {
    echo: as('repeats'),
    stream: as('stream'),
    'fails-later': as('stream_fails_later'),
    exits: as('exits'),
    loops: { ...as('loops'), timeout: '1s' },
    prints: as('prints'),
    describe: as('describe'),
    ...Object.fromEntries(starts.map((start) => [start, { ...as('repeats'), start }])),
  };
}

/** What every compiled runtime does in a real sandbox; its functions are deployed by then. */
export function compiledContract(current: () => Platform, starts: readonly OtherStart[]): void {
  for (const name of ['echo', ...starts])
    test(`binary bodies come through, call after call: ${name}`, async () => {
      const body = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
      for (let count = 0; count < 4; count += 1) {
        const answer = await fetch(current().url(name), { method: 'POST', body });
        assert.ok(Buffer.from(await answer.arrayBuffer()).equals(body));
      }
    });

  test('streams, and a stream that is cut', async () => {
    assert.equal(await (await fetch(current().url('stream'))).text(), '0\n1\n2\n');
    await assert.rejects(fetch(current().url('fails-later')).then((answer) => answer.text()));
  });

  test('a function that does not end is ended at its timeout, and says so', async () => {
    const answer = await fetch(current().url('loops'));
    assert.equal(answer.status, 408);
    assert.match(await answer.text(), /"code":"timeout"/);
  });

  test('the end of the process is told, and its output is kept', async () => {
    assert.equal((await fetch(current().url('exits'))).status, 502);
    const answer = await fetch(current().url('prints'));
    const lines = await current().logs('prints', answer.headers.get('x-request-id') ?? '');
    assert.match(JSON.stringify(lines), /to stderr/);
  });

  test('path and query reach the function without its prefix', async () => {
    const answer = await fetch(current().url('describe/a/b?c=d'));
    const { path, query } = (await answer.json()) as { path: string; query: object };
    assert.deepEqual([path, query], ['/a/b', { c: 'd' }]);
  });
}
