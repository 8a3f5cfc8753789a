import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kontainerSpec } from '../../../test/helpers/kontainer-spec.ts';
import { runtimeConfig, templateCapabilities, type ContainerShape } from './runtime-config.ts';

interface Mount {
  destination: string;
  options: string[];
}

interface Config {
  process: {
    user: object;
    env: string[];
    cwd: string;
    noNewPrivileges: boolean;
    capabilities: Record<string, string[]>;
    rlimits: { type: string; hard: number }[];
  };
  root: { path: string; readonly: boolean };
  mounts: Mount[];
  linux: {
    namespaces: { type: string }[];
    uidMappings: { hostID: number; size: number }[];
    maskedPaths?: string[];
    readonlyPaths: string[];
  };
}

const shape: ContainerShape = {
  args: ['/bin/fn'],
  env: { A: '1', B: 'x=y' },
  user: { uid: 7, gid: 8, groups: [9] },
  capabilities: [],
  seccomp: { rules: {}, filter: 'AAAA' },
  cgroupsPath: '/kontain/k1/c',
  rootfs: '/run/fs/1',
  hostname: 'kontainer-1',
  idBase: 1_000_000,
  forks: false,
};

const configOf = (change: Partial<ContainerShape> = {}) =>
  runtimeConfig(kontainerSpec({ workingDir: '/app' }), { ...shape, ...change }) as Config;

test('a container has no privilege and namespaces of its own', () => {
  const { process, linux, root } = configOf();
  assert.equal(process.noNewPrivileges, true);
  for (const set of Object.values(process.capabilities)) assert.deepEqual(set, []);
  const types = linux.namespaces.map(({ type }) => type).toSorted();
  assert.deepEqual(types, ['cgroup', 'ipc', 'mount', 'network', 'pid', 'user', 'uts']);
  assert.deepEqual(linux.uidMappings, [{ containerID: 0, hostID: 1_000_000, size: 65_536 }]);
  assert.deepEqual(root, { path: '/run/fs/1', readonly: true });
  assert.ok(linux.maskedPaths?.includes('/proc/kcore'));
});

test('it runs as the image says', () => {
  const { process } = configOf();
  assert.deepEqual(process.user, { uid: 7, gid: 8, additionalGids: [9] });
  assert.deepEqual(process.env, ['A=1', 'B=x=y']);
  assert.equal(process.cwd, '/app');
});

test('/tmp and /dev/shm are bounded in bytes and in names', () => {
  const { tmpBytes } = kontainerSpec().limits;
  for (const path of ['/tmp', '/dev/shm']) {
    const options = configOf().mounts.find(({ destination }) => destination === path)?.options;
    assert.ok(options?.includes(`size=${tmpBytes}`), path);
    assert.ok(
      options?.some((option) => option.startsWith('nr_inodes=')),
      path,
    );
  }
});

test('a template keeps /proc uncovered for the mounts of its forks, and has no writable /dev', () => {
  const { linux, mounts, process } = configOf({ forks: true, capabilities: templateCapabilities });
  assert.equal(linux.maskedPaths, undefined);
  assert.deepEqual(linux.readonlyPaths, ['/dev']);
  assert.ok(!mounts.some(({ destination }) => destination === '/sys'));
  assert.deepEqual(process.capabilities.effective, [...templateCapabilities]);
  assert.equal(process.capabilities.inheritable, undefined);
});

test('files, descriptors and core dumps are limited, and what is counted for all user namespaces together', () => {
  const { rlimits } = configOf().process;
  assert.deepEqual(
    rlimits.map(({ type, hard }) => [type, hard]),
    [
      ['RLIMIT_CORE', 0],
      ['RLIMIT_SIGPENDING', 1024],
      ['RLIMIT_MEMLOCK', 65_536],
      ['RLIMIT_NOFILE', 1024],
      ['RLIMIT_FSIZE', kontainerSpec().limits.fileSizeBytes],
    ],
  );
});
