import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from '../../helpers/kontainer-call.ts';
import type { CurrentDriver } from './current-driver.ts';

export function concurrencyContract(current: CurrentDriver): void {
  test('fifty calls at once get fifty Kontainers and fifty answers', async () => {
    await using probe = current().function();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const body = `call ${index}`;
        const { text, id } = await call(probe, 'echo', { body });
        assert.equal(text, body);
        return id;
      }),
    );
    assert.equal(new Set(answers).size, 50);
  });

  test('functions run side by side', async () => {
    await using one = current().function({ env: { PATH: '/bin', NAME: 'one' } });
    await using two = current().function({ env: { PATH: '/bin', NAME: 'two' } });
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => (await call(index % 2 ? one : two, 'environment')).text),
    );
    for (const [index, text] of answers.entries()) assert.match(text, index % 2 ? /NAME=one/ : /NAME=two/);
  });
}
