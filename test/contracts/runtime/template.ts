import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Start } from './runtime-process.ts';
import { call } from './http-exchange.ts';

const draws = 40;

/** The handler answers with its process id, and what it draws by the names of the sources. */
export async function assertDrawsDiffer(start: Start, handler: string): Promise<void> {
  await using runtime = await start(handler);
  const address = await runtime.address();
  const drawn = new Map<string, Set<unknown>>();
  for (let count = 0; count < draws; count++) {
    const answer = JSON.parse((await call(address)).body.toString()) as Record<string, unknown>;
    const { pid, ...numbers } = answer;
    assert.equal(pid, 1, 'the process id in the new namespace');
    for (const [source, value] of Object.entries(numbers))
      drawn.set(source, (drawn.get(source) ?? new Set()).add(value));
  }
  for (const [source, values] of drawn) assert.equal(values.size, draws, source);
}

export function templateContract(start: Start): void {
  test('no two calls draw the same random number, whatever was drawn before the fork', () =>
    assertDrawsDiffer(start, 'draws.numbers'));

  test('calls see nothing of each other, the first and later ones work', async () => {
    await using runtime = await start('hello');
    for (let count = 0; count < 10; count++)
      assert.equal((await call(await runtime.address())).body.toString(), 'hello wörld');
  });
}
