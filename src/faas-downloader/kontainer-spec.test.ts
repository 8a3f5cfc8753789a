import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Image } from '../api/image.ts';
import { kontainerSpecSchema, type KontainerSpec } from '../kontainer/spec.ts';
import type { ImageConfig } from '../oci/image-documents.ts';
import { buildKontainerSpec } from './kontainer-spec.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const descriptor = { mediaType: '', digest, size: 1 };

type Config = NonNullable<ImageConfig['config']>;

function build(
  spec: Partial<Image['spec']>,
  config: Partial<Config> = { Entrypoint: ['/app'] },
): KontainerSpec {
  const object: Image = {
    apiVersion: 'build.kontain.app/v1',
    kind: 'Image',
    metadata: { namespace: 'default', name: 'x', uid: 'u', generation: 3 },
    spec: { image: 'oci:/x', ...spec },
  };
  const image = {
    digest,
    manifest: { schemaVersion: 2 as const, config: descriptor, layers: [descriptor] },
    config: { config, rootfs: { type: 'layers' as const, diff_ids: [digest] } },
  };
  const accounts = { passwd: 'app:x:7:8::/home/app:/bin/sh\n', group: '' };
  const built = buildKontainerSpec({
    object,
    image,
    layers: [{ diffId: digest }],
    accounts,
    env: { FROM: 'spec' },
  });
  return kontainerSpecSchema.parse(built);
}

const image = { Entrypoint: ['/entry'], Cmd: ['cmd'] };
const commands: [Partial<Image['spec']>, Partial<Config>, string][] = [
  [{}, image, '/entry cmd'],
  [{ args: ['a'] }, image, '/entry a'],
  [{ command: ['c'] }, image, 'c'],
  [{ command: ['c'], args: ['a'] }, image, 'c a'],
  [{}, { Cmd: ['cmd'] }, 'cmd'],
  [{ args: [] }, image, '/entry'],
];

for (const [spec, config, expected] of commands) {
  test(`${JSON.stringify(spec)} on ${JSON.stringify(config)} starts ${expected}`, () => {
    assert.equal(build(spec, config).args.join(' '), expected);
  });
}

test('the environment has a PATH and a HOME, then the image, then the spec', () => {
  const config = {
    Entrypoint: ['/app'],
    User: 'app',
    Env: ['FROM=image', 'X=a=b', 'broken', '=empty', 'HOME=/x'],
  };
  const { env } = build({}, config);
  assert.deepEqual(env, {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/x',
    FROM: 'spec',
    X: 'a=b',
  });
});

test('labels of the image choose protocol and start, the spec is stronger', () => {
  const labels = { 'io.kontain.protocol': 'http-stream', 'io.kontain.start': 'template' };
  const config = { Entrypoint: ['/app'], Labels: labels };
  assert.deepEqual([build({}, config).protocol, build({}, config).start], ['http-stream', 'template']);
  const spec = build({ protocol: 'cgi', start: 'cold' }, config);
  assert.deepEqual([spec.protocol, spec.start], ['cgi', 'cold']);
  assert.deepEqual([build({}).protocol, build({}).start], ['http', 'cold']);
});

test('the port is that of the spec, the first TCP port of the image, or 8080', () => {
  const config = {
    Entrypoint: ['/app'],
    ExposedPorts: { '53/udp': {}, '99999/tcp': {}, '3000/tcp': {}, '80/tcp': {} },
  };
  assert.equal(build({}, config).port, 3000);
  assert.equal(build({ port: 1 }, config).port, 1);
  assert.equal(build({}).port, 8080);
});

test('a larger /tmp allows larger files', () => {
  const { limits } = build({ resources: { ephemeralStorage: '1Gi', memory: '1G', cpu: '1500m', pids: 5 } });
  assert.equal(limits.tmpBytes, 1024 ** 3);
  assert.equal(limits.fileSizeBytes, 1024 ** 3);
  assert.deepEqual([limits.memoryBytes, limits.cpuMillis, limits.pids], [1e9, 1500, 5]);
  assert.equal(build({ resources: { fileSize: '1Ki' } }).limits.fileSizeBytes, 1024);
});

const refused: [string, Partial<Config>, RegExp][] = [
  ['no program', {}, /no program/],
  ['an empty program', { Cmd: [''] }, /no program/],
  ['a zero byte in an argument', { Cmd: ['a\0'] }, /zero byte/],
  ['an argument of 128 KiB', { Cmd: ['a', 'x'.repeat(131_072)] }, /so large arguments/],
  ['many arguments', { Cmd: Array.from({ length: 150_000 }, () => 'x') }, /so large arguments/],
  ['a large variable', { Cmd: ['a'], Env: [`A=${'x'.repeat(131_072)}`] }, /environment variables/],
  [
    'many variables',
    { Cmd: ['a'], Env: Array.from({ length: 100_000 }, (_, i) => `A${i}=`) },
    /environment variables/,
  ],
  ['a zero byte in the working folder', { Cmd: ['a'], WorkingDir: '/\0' }, /zero byte/],
  ['an unknown protocol', { Cmd: ['a'], Labels: { 'io.kontain.protocol': 'smtp' } }, /io\.kontain\.protocol/],
  ['an unknown user', { Cmd: ['a'], User: 'who' }, /no user "who"/],
];

for (const [what, config, message] of refused) {
  test(`an image with ${what} is refused`, () => {
    assert.throws(() => build({}, config), { code: 'invalid', message });
  });
}
