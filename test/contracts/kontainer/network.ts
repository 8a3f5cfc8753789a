import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Template } from '../../../src/kontainer/kontainer.ts';
import { call, fields } from '../../helpers/kontainer-call.ts';
import type { CurrentDriver } from './current-driver.ts';

/**
 * What the kernel counts for a network, and so all that a call might see of an earlier one: by file, short, only what is
 * not 0. The first line of sockstat is about this network, the rest about the machine.
 */
async function seenBy(probe: Template): Promise<Record<string, string>> {
  const [errors, ...files] = (await call(probe, 'counters')).text.split(/^# (\w+)\n/m);
  assert.equal(errors, '');
  const seen: Record<string, string> = {};
  for (let index = 0; index < files.length; index += 2) {
    const [name = '', text = ''] = files.slice(index, index + 2);
    const own = name === 'sockstat' ? (text.split('\n')[0] ?? '') : text;
    seen[name] = (own.match(/\b[1-9][0-9A-F]*\b/g) ?? []).join(' ');
  }
  return seen;
}

const touches = {
  'connected to itself and to nowhere': 'network 7777',
  'left sockets': 'leave',
  'left a socket in flight': 'in-flight',
};

/** A loopback that nobody else has, or has used. */
export function networkContract(current: CurrentDriver): void {
  test('its network is a loopback of its own', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await once(server, 'listening');
    await using probe = current().function();
    const port = (server.address() as AddressInfo).port;
    const network = fields((await call(probe, `network ${port}`)).text);
    server.close();
    assert.equal(network.loopback, 'OK');
    assert.equal(new Set(network.interface?.split(',')).size, 1);
    assert.match(network.interface ?? '', /^lo\b/);
    assert.equal(network.host, 'ECONNREFUSED', 'a server of the host at 127.0.0.1');
    for (const target of ['internet', 'metadata', 'cluster'])
      assert.equal(network[target], 'ENETUNREACH', target);
  });

  for (const [how, command] of Object.entries(touches)) {
    test(`a network in which a call ${how} is no other call's`, async () => {
      await using probe = current().function();
      // Networks are used again for forks only, and not at once.
      const looks = current().start === 'template' ? 8 : 3;
      const fresh = await seenBy(probe);
      assert.equal(Object.keys(fresh).length, 8);
      for (let turn = 0; turn < 3; turn++) {
        assert.equal((await call(probe, command)).exit.code, 0);
        for (let look = 0; look < looks; look++) assert.deepEqual(await seenBy(probe), fresh);
        assert.deepEqual(fields((await call(probe, 'look')).text), { looked: '1' });
      }
    });
  }

  test('a network that no call touched saves the next one its making', async (context) => {
    await using probe = current().function();
    if (current().start !== 'template') return context.skip('each is made anew');
    const networks = new Set<string | undefined>();
    for (let turn = 0; turn < 100; turn++) networks.add(fields((await call(probe, 'namespaces')).text).net);
    assert.ok(networks.size < 50, `${networks.size} networks for 100 calls`);
  });
}
