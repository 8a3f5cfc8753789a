import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, fields } from '../../helpers/kontainer-call.ts';
import type { CurrentDriver } from './current-driver.ts';

const users = {
  'an ordinary user': { uid: 1000, gid: 1000, groups: [] },
  'root inside': { uid: 0, gid: 0, groups: [] },
};

/** Each call: a Kontainer that did not exist before. */
export function freshnessContract(current: CurrentDriver): void {
  for (const [who, user] of Object.entries(users)) {
    test(`nothing that a call of ${who} leaves is seen by the next`, async () => {
      await using probe = current().function({ user });
      for (let turn = 0; turn < 2; turn++) {
        const left = fields((await call(probe, 'leave')).text);
        assert.match(left.file ?? '', /\/tmp\/trace 5.*\/dev\/shm\/trace 5/);
        for (const kind of ['shm', 'msg', 'sem', 'mqueue', 'abstract', 'tcp'])
          assert.equal(left[kind], '1', `${kind} can be left`);
        const seen = fields((await call(probe, 'look')).text);
        assert.deepEqual(seen, { looked: '1' });
      }
    });
  }

  test('no process of a call is left when it has exited', async () => {
    await using probe = current().function();
    const { exit } = await call(probe, 'leave');
    assert.equal(exit.code, 0);
    const { process, self } = fields((await call(probe, 'processes')).text);
    assert.equal(process, `1,${self}`);
  });

  test('every call has its own id and host name', async () => {
    await using probe = current().function();
    const first = await call(probe, 'host');
    const second = await call(probe, 'host');
    assert.notEqual(first.id, second.id);
    assert.equal(fields(first.text).hostname, `kontainer-${first.id}`);
    assert.equal(fields(second.text).hostname, `kontainer-${second.id}`);
  });

  test('functions see nothing of each other', async () => {
    await using one = current().function({ name: 'one' });
    await using other = current().function({ name: 'other' });
    await call(one, 'leave');
    assert.deepEqual(fields((await call(other, 'look')).text), { looked: '1' });
  });
}
