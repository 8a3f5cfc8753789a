import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlatformError } from '../lib/errors.ts';
import {
  checkMediaTypes,
  isIndex,
  parseConfig,
  parseIndex,
  parseManifest,
  type ImageConfig,
  type ImageIndex,
} from './image-documents.ts';
import { checkPlatform, choosePlatform } from './platform.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

function index(...manifests: [string, string?, string?][]): ImageIndex {
  return {
    schemaVersion: 2,
    manifests: manifests.map(([digit, platform, mediaType]) => {
      const [os = '', architecture = ''] = platform?.split('/') ?? [];
      return {
        digest: digest(digit),
        size: 1,
        ...(platform === undefined ? {} : { platform: { os, architecture } }),
        ...(mediaType === undefined ? {} : { mediaType }),
      };
    }),
  };
}

test('the manifest for this platform is chosen', () => {
  const many = index(
    ['1', 'windows/amd64'],
    ['2', 'linux/arm64'],
    ['3', 'linux/amd64'],
    ['4', 'unknown/unknown'],
  );
  assert.equal(choosePlatform(many, 'amd64'), digest('3'));
  assert.equal(choosePlatform(many, 'arm64'), digest('2'));
  assert.equal(choosePlatform(index(['1']), 'amd64'), digest('1'), 'the only one without a platform');
});

test('an index that does not fit is refused with what it has', () => {
  assert.throws(() => choosePlatform(index(), 'amd64'), /without any manifest/);
  assert.throws(
    () => choosePlatform(index(['1', 'linux/arm64'], ['2', 'linux/arm64']), 'amd64'),
    /only for linux\/arm64\./,
  );
  assert.throws(() => choosePlatform(index(['1'], ['2']), 'amd64'), /only for unknown/);
  const nested = 'application/vnd.oci.image.index.v1+json';
  assert.throws(() => choosePlatform(index(['1', 'linux/amd64', nested]), 'amd64'), /index inside an index/);
});

test('an image that says it is for another platform is refused', () => {
  const config = (rest: object): ImageConfig => ({ ...rest, rootfs: { type: 'layers', diff_ids: [] } });
  for (const ours of [{}, { os: 'linux', architecture: 'amd64' }, { architecture: '' }])
    checkPlatform(config(ours), 'amd64');
  assert.throws(() => checkPlatform(config({ architecture: 'arm64' }), 'amd64'), /only for linux\/arm64/);
  const windows = config({ os: 'windows', architecture: 'amd64' });
  assert.throws(() => checkPlatform(windows, 'amd64'), /only for windows\/amd64/);
});

test('an image has layers, and not more than engines allow', () => {
  const layer = { mediaType: 'x', digest: digest('1'), size: 1 };
  const manifest = (count: number): Buffer =>
    Buffer.from(
      JSON.stringify({ schemaVersion: 2, config: layer, layers: Array.from({ length: count }, () => layer) }),
    );
  assert.equal(parseManifest(manifest(127)).layers.length, 127);
  assert.throws(() => parseManifest(manifest(128)), { code: 'invalid', message: /more than 127/ });
  assert.throws(() => parseManifest(manifest(0)), { code: 'invalid', message: /no layer/ });
});

test('charts, encrypted layers and the like are no images', () => {
  const manifest = (config: string, layer: string): Parameters<typeof checkMediaTypes>[0] => ({
    schemaVersion: 2,
    config: { mediaType: config, digest: digest('1'), size: 1 },
    layers: [{ mediaType: layer, digest: digest('2'), size: 1 }],
  });
  const image = 'application/vnd.oci.image.config.v1+json';
  const layer = 'application/vnd.oci.image.layer.v1.tar';
  for (const suffix of ['', '+gzip', '+zstd']) checkMediaTypes(manifest(image, `${layer}${suffix}`));
  const docker = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  checkMediaTypes(manifest('application/vnd.docker.container.image.v1+json', docker));
  assert.throws(() => checkMediaTypes(manifest('application/vnd.cncf.helm.config.v1+json', layer)), /helm/);
  assert.throws(() => checkMediaTypes(manifest(image, `${layer}+gzip+encrypted`)), /encrypted/);
});

test('any document is read or refused with a reason', () => {
  const json = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(json, (text) => {
      for (const parse of [parseManifest, parseIndex, parseConfig, isIndex]) {
        try {
          parse(Buffer.from(text));
        } catch (error) {
          assert.ok(error instanceof PlatformError && error.code === 'invalid', String(error));
        }
      }
    }),
  );
});
