import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../../../test/helpers/eventually.ts';
import { systemClock } from '../../lib/clock.ts';
import { containerSeccomp } from '../../kontainer/container/compile-seccomp.ts';
import { parseSeccompProfile, resolveSeccompProfile } from '../../kontainer/container/seccomp-profile.ts';
import { idBase } from '../../oci/id-base.ts';
import { countsSocketsApart } from '../cgroups.ts';
import type { ContainerRun } from './container-config.ts';
import { runContainer, type ContainerHost } from './run-container.ts';

const profile = parseSeccompProfile(readFileSync('/usr/share/containers/seccomp.json', 'utf8'));
const rules = resolveSeccompProfile(profile, new Set());
const native = join(import.meta.dirname, '../../../build/native');
const seccomp = await containerSeccomp(rules, native);
const programs = ['/bin/sh', '/bin/cat', '/usr/bin/id', '/bin/sleep', '/bin/rm', '/bin/mount', '/bin/head'];

/** A layer with a shell and what it needs of this machine. */
function makeLayer(folder: string): void {
  const files = new Set(programs);
  for (const program of programs)
    for (const [path] of execFileSync('ldd', [program]).toString().matchAll(/\/\S+/g)) files.add(path);
  for (const path of files) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    execFileSync('cp', ['--dereference', path, join(folder, path)]);
  }
  execFileSync('chown', ['-R', `${idBase}:${idBase}`, folder]);
}

function machine({ filter } = seccomp) {
  const top = mkdtempSync(join(tmpdir(), 'agent-'));
  execFileSync('chmod', ['755', top]);
  const root = join(top, basename(top));
  mkdirSync(root);
  const layer = join(root, 'layer');
  makeLayer(layer);
  const host = {
    runtime: '/usr/bin/crun',
    enter: join(native, 'kontainer-enter'),
    idBase,
    seccomp: { ...seccomp, filter },
    cgroup: `/${basename(root)}`,
    loopbackPorts: [],
    clock: systemClock,
  };
  const layers = [layer];
  let count = 0;
  return {
    top,
    root,
    layer,
    layers,
    async run(
      script: string,
      change: Partial<ContainerRun> = {},
      signal = new AbortController().signal,
      passage?: ContainerHost['passage'],
    ) {
      const id = `c${(count += 1)}`;
      const folder = join(root, id);
      mkdirSync(folder);
      const run: ContainerRun = {
        args: ['/bin/sh', '-c', script],
        env: { PATH: '/bin:/usr/bin' },
        workingDir: '/',
        user: { uid: 1000, gid: 1000, groups: [] },
        mounts: [],
        readOnlyRoot: false,
        limits: { memoryBytes: 64 * 1024 ** 2, cpuMillis: 1000, pids: 32, fileSizeBytes: 1e7 },
        network: 'none',
        ...change,
      };
      const logFile = join(folder, 'log');
      writeFileSync(logFile, '');
      const onOutput = (_: string, chunk: Buffer): void => appendFileSync(logFile, chunk);
      const ended = await runContainer(run, { id, folder, layers, onOutput }, { ...host, passage }, signal);
      return { ...ended, log: readFileSync(logFile, 'utf8') };
    },
    [Symbol.dispose]() {
      rmSync(top, { recursive: true });
      // Those of a run that was killed are the agent's to sweep; only folders can be removed there.
      const folders = globSync(`/sys/fs/cgroup/{*/,}${basename(root)}`);
      if (folders.length > 0) execFileSync('find', [...folders, '-depth', '-type', 'd', '-delete']);
    },
  };
}

test('a container runs as its user, without privileges, and its end and output are kept', async () => {
  using it = machine();
  const { exitCode, reason, message, log } = await it.run(
    'id -u; id -G; cat /proc/self/status; echo why > /dev/termination-log; echo error >&2; exit 3',
  );
  assert.match(log, /^1000\n1000\n/, log);
  assert.deepEqual([exitCode, reason, message], [3, 'Error', 'why\n']);
  assert.match(log, /CapEff:\s+0+\n/);
  assert.match(log, /NoNewPrivs:\s+1\n/);
  assert.match(log, /Seccomp:\s+2\n/);
  assert.match(log, /error\n$/);
});

test('what is hostile stays inside: no mounts, no files of the machine, no other processes', async () => {
  using it = machine();
  const secret = join(it.root, 'secret');
  writeFileSync(secret, 'x');
  const { log } = await it.run(
    `mount -t tmpfs x /mnt; cat ${secret}; echo; echo x > /proc/sys/kernel/hostname; cat /proc/1/cmdline | head -c 7; id`,
  );
  assert.match(log, /permission denied|must be superuser/i);
  assert.match(log, /No such file/);
  assert.match(log, /hostname: (Read-only|Permission)/);
  assert.match(log, /\/bin\/sh/, 'it is the first process itself');
});

test('the compiled filter is the one that counts', async () => {
  const fewer = { ...rules, rules: rules.rules.filter(({ name }) => !name.endsWith('nanosleep')) };
  using it = machine(await containerSeccomp(fewer, native));
  const { log } = await it.run('sleep 0.01');
  assert.match(log, /Operation not permitted|Function not implemented/);
});

test('volumes are shared and read-only ones stay as they are; the image does too', async () => {
  using it = machine();
  const volume = join(it.root, 'volume');
  mkdirSync(volume);
  execFileSync('chown', [String(idBase + 1000), volume]);
  const mounts = [{ source: volume, path: '/kubeless', readOnly: false }];
  assert.equal((await it.run('echo hi > /kubeless/f', { mounts })).exitCode, 0);
  const second = await it.run('cat /kubeless/f; echo no > /kubeless/g', {
    mounts: [{ source: volume, path: '/kubeless', readOnly: true }],
  });
  assert.match(second.log, /^hi\n[^]*Read-only/);
  const root = { user: { uid: 0, gid: 0, groups: [] } };
  assert.equal((await it.run('rm /bin/cat', root)).exitCode, 0);
  assert.ok(existsSync(join(it.layer, 'bin/cat')), 'only the writable layer of that container lacks it');
});

test('an image may have more layers than their paths have room in one mount', async () => {
  using it = machine();
  for (let index = 0; index < 120; index += 1) {
    const layer = join(it.root, `layer-${index}-${'x'.repeat(64)}`);
    mkdirSync(layer);
    writeFileSync(join(layer, `file-${index}`), '');
    it.layers.push(layer);
  }
  const { log } = await it.run('for f in /file-0 /file-119; do [ -e $f ] && echo $f; done');
  assert.equal(log, '/file-0\n/file-119\n');
});

test('what cannot start says why', async () => {
  using it = machine();
  const { exitCode, log } = await it.run('', { args: ['/nothing'] });
  assert.notEqual(exitCode, 0);
  assert.match(log, /nothing/);
});

test('a folder above that is closed to others is passed', async () => {
  using it = machine();
  const mounts = [{ source: join(it.root, 'open'), path: '/open', readOnly: true }];
  mkdirSync(join(it.root, 'open'));
  writeFileSync(join(it.root, 'open/file'), 'x');
  execFileSync('chmod', ['700', it.top]);
  const passage = { closed: it.top, open: it.root };
  const { exitCode, log } = await it.run('cat /open/file', { mounts }, undefined, passage);
  assert.deepEqual([exitCode, log], [0, 'x']);
});

test('too much memory and too many processes end at their limits', async () => {
  using it = machine();
  const limits = { memoryBytes: 16 * 1024 ** 2, cpuMillis: 1000, pids: 8, fileSizeBytes: 1e9 };
  const hungry = await it.run('head -c 50000000 /dev/zero > /dev/shm/f && echo survived', { limits });
  assert.doesNotMatch(hungry.log, /survived/);
  assert.notEqual(hungry.exitCode, 0);
  const many = await it.run('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done; echo survived', {
    limits,
  });
  assert.doesNotMatch(many.log, /survived/);
});

test('what the kernel counts for the whole machine is limited, and so are the buffers of network sockets', async () => {
  using it = machine();
  const { log } = await it.run('cat /proc/self/limits');
  assert.match(log, /Max open files +1024 +4096 /);
  assert.match(log, /Max pending signals +1024 +1024 /);
  assert.match(log, /Max locked memory +65536 +65536 /);
  const cancelled = new AbortController();
  const running = it.run('echo started; sleep 600', {}, cancelled.signal);
  const logFile = join(it.root, 'c2/log');
  await eventually(
    'it runs',
    async () => existsSync(logFile) && readFileSync(logFile, 'utf8') === 'started\n',
  );
  const files = globSync(`/sys/fs/cgroup/memory/${basename(it.root)}/c2/memory.kmem.tcp.limit_in_bytes`);
  assert.equal(files.length, countsSocketsApart() ? 1 : 0);
  for (const file of files) assert.equal(Number(readFileSync(file, 'utf8')), 8 * 1024 ** 2);
  cancelled.abort();
  await running;
});

test('a cancelled run ends at once with all its processes', async () => {
  using it = machine();
  const cancelled = new AbortController();
  const running = it.run('sleep 600 & echo started; sleep 600', {}, cancelled.signal);
  const log = join(it.root, 'c1/log');
  await eventually('it runs', async () => existsSync(log) && readFileSync(log, 'utf8') === 'started\n');
  cancelled.abort();
  assert.equal((await running).exitCode, 137);
  const left = (): boolean => execFileSync('ps', ['axo', 'args']).toString().includes(`--bundle ${it.root}`);
  await eventually('the runtime is gone', async () => !left());
});
