import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { templateCapabilities } from './runtime-config.ts';
import {
  ociSeccomp,
  parseSeccompProfile,
  resolveSeccompProfile,
  type ResolvedProfile,
} from './seccomp-profile.ts';

const profile = parseSeccompProfile(readFileSync('/usr/share/containers/seccomp.json', 'utf8'));
const kontainer = resolveSeccompProfile(profile, new Set());
const template = resolveSeccompProfile(profile, new Set(templateCapabilities));

const isAllowed = ({ rules }: ResolvedProfile, name: string) =>
  rules.some((rule) => rule.name === name && rule.errno === null);

test('ordinary work is allowed', () => {
  for (const name of ['read', 'openat', 'mmap', 'execve', 'futex', 'epoll_wait', 'socket', 'clone', 'wait4'])
    assert.ok(isAllowed(kontainer, name), name);
});

test('namespaces, mounts and keyrings are not, in a Kontainer', () => {
  for (const name of [
    'mount',
    'umount2',
    'unshare',
    'setns',
    'clone3',
    'keyctl',
    'bpf',
    'syslog',
    'move_mount',
  ])
    assert.ok(!isAllowed(kontainer, name), name);
});

test('a template can make sandboxes, and has no other use of its capabilities', () => {
  for (const name of ['mount', 'unshare', 'setns', 'sethostname']) assert.ok(isAllowed(template, name), name);
  for (const name of [
    'keyctl',
    'add_key',
    'bpf',
    'perf_event_open',
    'syslog',
    'open_by_handle_at',
    'quotactl',
  ])
    assert.ok(!isAllowed(template, name), name);
});

test('clone makes processes, not namespaces; clone3, whose flags cannot be seen, is not there', () => {
  const [clone, ...more] = kontainer.rules.filter(({ name }) => name === 'clone');
  assert.equal(more.length, 0);
  assert.deepEqual(clone?.args, [{ index: 0, value: 0x7e02_0000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]);
  assert.deepEqual(
    kontainer.rules.filter(({ name }) => name === 'clone3').map(({ errno }) => errno),
    [38],
  );
});

test('sockets to the hypervisor and to the audit log are refused', () => {
  const rules = kontainer.rules.filter(({ name }) => name === 'socket');
  assert.deepEqual(
    rules.map(({ errno, args }) => [errno, ...args.map(({ index, value, op }) => `${index} ${op} ${value}`)]),
    [
      [null, '0 SCMP_CMP_NE 40', '2 SCMP_CMP_NE 9'],
      [1, '0 SCMP_CMP_EQ 40'],
      [1, '2 SCMP_CMP_EQ 9'],
    ],
  );
});

test('the OCI form has an action for each rule and refuses the rest', () => {
  const oci = ociSeccomp(kontainer) as { defaultAction: string; syscalls: { action: string }[] };
  assert.equal(oci.defaultAction, 'SCMP_ACT_ERRNO');
  assert.equal(oci.syscalls.length, kontainer.rules.length);
});

test('a profile of another form is refused', () => {
  assert.throws(() => parseSeccompProfile('{"syscalls": []}'), /archMap/);
  assert.throws(() => parseSeccompProfile('not JSON'), SyntaxError);
});

test('what is scarce on a node is refused as if none were left, for templates too', () => {
  for (const { rules } of [kontainer, template])
    assert.deepEqual(
      rules.filter(({ name }) => /^inotify_init|^io_setup$/.test(name)).map(({ errno }) => errno),
      [24, 24, 11],
    );
});
