import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Initramfs } from '../helpers/initramfs.ts';
import { writeProgramLayer } from '../helpers/kontainer-programs.ts';

const root = join(import.meta.dirname, '../..');
const inside = '/project';
const patienceMs = 290_000;
const minimumPassed = 26;

/** Debian's linux-image-cloud-amd64; the newest that is installed. */
function kernelVersion(): string {
  const versions = globSync('/boot/vmlinuz-*-cloud-amd64').map((path) => path.replace('/boot/vmlinuz-', ''));
  return versions.toSorted().at(-1) ?? assert.fail('linux-image-cloud-amd64 is not installed');
}

interface Lock {
  packages: Record<string, { dev?: boolean }>;
}

/** Node strips types too, but by a compiler whose start alone takes long on a machine that is emulated. */
function asJavaScript(path: string, content: Buffer): [string, Buffer] {
  if (!path.endsWith('.ts')) return [path, content];
  const script = stripTypeScriptTypes(content.toString('utf8'));
  const named = script.replaceAll(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'");
  return [path.replace(/\.ts$/, '.js'), Buffer.from(named)];
}

function addProject(image: Initramfs): void {
  const isTest = (path: string) => path.endsWith('.test.ts');
  for (const path of [
    'package.json',
    'src',
    'test/contracts',
    'test/helpers',
    'test/fixtures/virtual-machine',
  ])
    image.add(join(root, path), join(inside, path), { skip: isTest, change: asJavaScript });
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  for (const [path, { dev }] of Object.entries(packages))
    if (path !== '' && !dev) image.add(join(root, path), join(inside, path));
  for (const name of ['kontainer-launcher', 'kontainer-seccomp'])
    image.addProgram(join(root, 'build/native', name), join(inside, 'build/native', name));
  image.add(join(root, 'build/native/kontainer-exec'), join(inside, 'build/native/kontainer-exec'));
}

function buildInitramfs(folder: string, version: string): string {
  const image = new Initramfs();
  writeProgramLayer(join(folder, 'programs'));
  execFileSync('gcc', [
    '-static',
    '-O1',
    '-o',
    join(folder, 'init'),
    join(root, 'test/fixtures/virtual-machine/init.c'),
  ]);
  image.add(join(folder, 'init'), '/init');
  image.add(join(folder, 'programs'), '/programs');
  image.add(`/lib/modules/${version}/kernel/fs/overlayfs/overlay.ko`, '/overlay.ko');
  image.add('/usr/share/containers/seccomp.json');
  image.addProgram('/usr/bin/crun');
  image.addProgram(process.execPath, '/usr/bin/node');
  addProject(image);
  const file = join(folder, 'initramfs');
  writeFileSync(file, image.bytes());
  return file;
}

/**
 * An emulator translates code, and runs each repetition of a `rep` instruction by itself: a kernel that believes in fast
 * ones clears pages byte by byte. Nobody attacks this machine's processor, and its clock is read without asking a device.
 * Together a third of the time.
 */
const quickProcessor = 'max,-erms,-fsrm';
const quickKernel =
  'mitigations=off clearcpuid=rep_good,erms,fsrm tsc=reliable clocksource=tsc no_timer_check';

/** Everything that the machine says on its serial line until it switches itself off. */
async function boot(version: string, initramfs: string, command: readonly string[]): Promise<string> {
  const append = `console=ttyS0 quiet panic=-1 cgroup_no_v1=all ${quickKernel} -- ${command.join(' ')}`;
  const options = [
    '-M',
    'q35',
    '-accel',
    'tcg',
    '-cpu',
    quickProcessor,
    '-smp',
    '2',
    '-m',
    '2048',
    '-nographic',
    '-no-reboot',
  ];
  const machine = [
    '-kernel',
    `/boot/vmlinuz-${version}`,
    '-initrd',
    initramfs,
    '-append',
    append,
    '-nic',
    'none',
  ];
  const qemu = spawn('qemu-system-x86_64', [...options, ...machine], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  let text = '';
  for (const stream of [qemu.stdout, qemu.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await new Promise((resolve) => qemu.once('close', resolve));
  return text;
}

test(
  'limits, out-of-memory and kills hold on cgroup v2, as seen in a pod',
  { timeout: patienceMs + 60_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'kontain-vm-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const version = kernelVersion();
    const script = join(inside, 'test/fixtures/virtual-machine/cgroup-v2.js');
    const command = ['/usr/bin/node', '--test-reporter=tap', script];
    const text = await boot(version, buildInitramfs(folder, version), command);
    const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)\\r?$`, 'm').exec(text)?.[1] ?? -1);
    const failures = [...text.matchAll(/^ *not ok .*$/gm)].map(([line]) => line.trim());
    assert.deepEqual([count('fail'), failures], [0, []], text.slice(-6000));
    assert.ok(count('pass') >= minimumPassed, text.slice(-6000));
  },
);
