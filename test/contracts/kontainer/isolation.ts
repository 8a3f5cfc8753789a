import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { begin, call, fields, readSome } from '../../helpers/kontainer-call.ts';
import { idBase } from '../../helpers/kontainer-programs.ts';
import { programLayer, testLimits } from '../../helpers/probe-spec.ts';
import { processesBelow } from '../../helpers/processes.ts';
import type { CurrentDriver } from './current-driver.ts';

const perCall = ['pid', 'mnt', 'ipc', 'uts', 'net', 'cgroup'];

/** Where a Kontainer ends, seen from inside and from outside. */
export function isolationContract(current: CurrentDriver): void {
  test('two calls at once have no namespace in common, nor one with the host', async () => {
    await using probe = current().function();
    /* both hold them when they are read: numbers of namespaces are given again */
    const both = await Promise.all([begin(probe, 'hold'), begin(probe, 'hold')]);
    const texts = await Promise.all(both.map(({ kontainer }) => readSome(kontainer.connect())));
    const [one = {}, two = {}] = texts.map((text) => fields(text));
    for (const kind of perCall) {
      assert.match(one[kind] ?? '', /^\w+:\[\d+\]$/);
      assert.notEqual(one[kind], two[kind], kind);
      assert.notEqual(one[kind], readlinkSync(`/proc/self/ns/${kind}`), kind);
    }
    assert.notEqual(one.user, readlinkSync('/proc/self/ns/user'));
    for (const { kontainer } of both) kontainer.kill('done');
  });

  test('who it is inside is nobody outside', async () => {
    await using probe = current().function({ user: { uid: 0, gid: 0, groups: [] } });
    const { kontainer } = await begin(probe, 'wait');
    await readSome(kontainer.connect());
    const ids = processesBelow(process.pid)
      .filter(({ comm }) => comm === 'probe')
      .map(({ pid }) =>
        /^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')),
      );
    assert.ok(ids.length >= 1, 'the call is there');
    for (const id of ids) assert.deepEqual(id?.slice(1).map(Number), Array(4).fill(idBase));
    await kontainer[Symbol.asyncDispose]();
  });

  test('it has the user, groups, environment and folder of its image', async () => {
    await using probe = current().function({ workingDir: '/tmp', env: { PATH: '/bin', GREETING: 'a b=c' } });
    const status = fields((await call(probe, 'status')).text);
    assert.equal(status['Uid:'], '1000\t1000\t1000\t1000');
    assert.equal(status['Gid:'], '1000\t1000\t1000\t1000');
    assert.equal(status['Groups:'], '2000');
    assert.equal(fields((await call(probe, 'host')).text).folder, '/tmp');
    const environment = (await call(probe, 'environment')).text.trim().split('\n').toSorted();
    const added = environment.filter((line) => !line.startsWith('HOME='));
    assert.deepEqual(added, ['GREETING=a b=c', 'PATH=/bin', 'QUERY_STRING=environment']);
  });

  test('a working folder that the image does not have is made, and what the image has stays as it is', async () => {
    await using made = current().function({ workingDir: '/srv/a b:c/work' });
    assert.equal(fields((await call(made, 'host')).text).folder, '/srv/a b:c/work');
    await using below = current().function({ workingDir: '/bin/work' });
    assert.equal(fields((await call(below, 'host')).text).folder, '/bin/work');
  });

  test('it sees its own processes only', async () => {
    await using probe = current().function();
    const { self, process } = fields((await call(probe, 'processes')).text);
    /* ours that waits for it, and itself */
    assert.equal(process, `1,${self}`);
  });

  test('it inherits its three standard descriptors and no more', async () => {
    await using probe = current().function();
    const open = fields((await call(probe, 'descriptors')).text);
    assert.deepEqual(Object.keys(open), ['0', '1', '2']);
    assert.match(open['0'] ?? '', /^socket:/);
    assert.match(open['2'] ?? '', /^pipe:/);
  });

  test('it can write to its bounded /tmp and /dev/shm, and nowhere else', async () => {
    await using probe = current().function({ user: { uid: 0, gid: 0, groups: [] } });
    const { tmp, shm } = fields((await call(probe, 'host')).text);
    assert.equal(Number(tmp), testLimits.tmpBytes);
    assert.equal(Number(shm), testLimits.tmpBytes);
    for (const path of ['/x', '/bin/x', '/etc/hosts', '/.kontain/exec', '/sys/x', '/bin/probe']) {
      const { open = '' } = fields((await call(probe, `write ${path}`)).text);
      assert.match(open, /^(EROFS|EACCES|ETXTBSY|EPERM)$/, path);
    }
  });

  test('an image may have as many layers as engines allow, and the upper ones win', async () => {
    const { layers } = current().options;
    const names = Array.from({ length: 126 }, (_, index) =>
      createHash('sha256').update(`${index}`).digest('hex'),
    );
    for (const [index, name] of names.entries()) {
      mkdirSync(join(layers, name, 'fs'), { recursive: true });
      writeFileSync(join(layers, name, 'fs/layer'), String(index));
    }
    await using probe = current().function({
      layers: [programLayer, ...names.map((name) => `sha256:${name}`)],
    });
    assert.equal((await call(probe, 'file /layer')).text, '125');
  });

  test('no mount shows a path of the host', async () => {
    await using probe = current().function();
    const { text } = await call(probe, 'mounts');
    assert.match(text, / \/ overlay ro,/);
    assert.ok(!text.includes(current().options.run), text);
    assert.ok(!text.includes(current().options.layers), text);
  });
}
