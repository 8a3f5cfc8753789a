import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Template } from '../../../src/kontainer/kontainer.ts';
import { call, fields } from '../../helpers/kontainer-call.ts';
import type { CurrentDriver } from './current-driver.ts';

const users = {
  'an ordinary user': { uid: 1000, gid: 1000, groups: [] },
  'root inside': { uid: 0, gid: 0, groups: [] },
};

/** Of what is tried in test/fixtures/kontainer/forbidden.c, the few that are nobody's business. */
const allowed = new Set(['core limit']);

/** Files of /proc that tell about the host or change it: what a reader gets. */
const masked = ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/proc/interrupts', '/proc/sched_debug'];
const unwritable = [
  '/proc/sysrq-trigger',
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/hostname',
  '/proc/sys/vm/drop_caches',
  '/proc/sys/net/ipv4/ip_forward',
  '/proc/irq/default_smp_affinity',
];

async function textOf(probe: Template, command: string): Promise<string> {
  const { text, exit } = await call(probe, command);
  assert.equal(exit.code, 0, command);
  return text;
}

/** No call can do what could harm the node or another call, not even as root in its image. */
export function privilegesContract(current: CurrentDriver): void {
  for (const [who, user] of Object.entries(users)) {
    test(`${who} has no capability, cannot get one, and is under the filter`, async () => {
      await using probe = current().function({ user });
      const status = fields(await textOf(probe, 'status'));
      for (const set of ['CapInh:', 'CapPrm:', 'CapEff:', 'CapBnd:', 'CapAmb:'])
        assert.equal(status[set], '0000000000000000', set);
      assert.equal(status['NoNewPrivs:'], '1');
      assert.equal(status['Seccomp:'], '2');
    });

    test(`${who} is refused what could reach beyond the Kontainer`, async () => {
      await using probe = current().function({ user });
      const outcomes = fields(await textOf(probe, 'forbidden'));
      assert.ok(Object.keys(outcomes).length > 40);
      const done = Object.entries(outcomes).filter(([name, value]) => value === 'OK' && !allowed.has(name));
      assert.deepEqual(done, []);
    });

    test(`${who} cannot read or change the kernel's own files`, async () => {
      await using probe = current().function({ user });
      for (const path of masked) assert.match(await textOf(probe, `file ${path}`), /^$|^error\t/, path);
      for (const path of unwritable) {
        const { open, write } = fields(await textOf(probe, `write ${path}`));
        assert.ok((open ?? write) !== 'OK', path);
      }
    });
  }
}
