import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startRegistry, type ImageRegistry } from '../../test/helpers/image-registry.ts';
import { writeLayout } from '../../test/helpers/oci-layout.ts';
import { file, folder } from '../../test/helpers/tar-archive.ts';
import { PlatformError } from '../lib/errors.ts';
import { parseManifest, parseConfig, type ImageConfig, type ImageManifest } from '../oci/image-documents.ts';
import { parseReference, type RegistryReference } from '../oci/reference.ts';
import type { TarEntry } from '../oci/tar/entry.ts';
import { TarParser } from '../oci/tar/tar-parser.ts';
import { buildImage, type BuildRequest, type BuiltImage } from './build-image.ts';

const reference = (text: string): RegistryReference => {
  const parsed = parseReference(text);
  assert.ok(parsed.transport === 'docker');
  return parsed;
};

interface Bench extends AsyncDisposable {
  registry: ImageRegistry;
  folder: string;
  source: string;
  request: BuildRequest;
  build(change?: Partial<BuildRequest>): Promise<BuiltImage>;
  pull(image: string): {
    manifest: ImageManifest;
    config: ImageConfig;
    entries(layer: number): Map<string, TarEntry & { text: string }>;
  };
}

async function bench({ docker = false, insecure = [] as string[] } = {}): Promise<Bench> {
  const registry = await startRegistry();
  const root = mkdtempSync(join(tmpdir(), 'builder-'));
  const config = {
    Env: ['PATH=/bin', 'FUNC_RUNTIME=old'],
    Labels: { 'io.kontain.start': 'template' },
    Healthcheck: { Test: ['NONE'] },
  };
  await writeLayout(join(root, 'base'), {
    layers: [[folder('bin'), file('bin/app', 'x'.repeat(5000))]],
    config,
  });
  const base = `docker://${registry.host}/kontain/base:1`;
  const format = docker ? ['--format', 'v2s2'] : [];
  execFileSync('skopeo', [
    'copy',
    '--quiet',
    '--dest-tls-verify=false',
    ...format,
    `oci:${join(root, 'base')}`,
    base,
  ]);
  const source = join(root, 'source');
  mkdirSync(join(source, 'lib'), { recursive: true });
  writeFileSync(join(source, 'hello.py'), 'def handler(event, context): return "hi"');
  writeFileSync(join(source, 'lib/.hidden'), '');
  symlinkSync('../hello.py', join(source, 'lib/link'));
  const request: BuildRequest = {
    base: reference(base),
    target: reference(`docker://${registry.host}/ns/fn:sig`),
    path: '/kubeless',
    dependencies: null,
    folder: source,
    changes: { env: { MOD_NAME: 'hello', FUNC_RUNTIME: 'python3.11' }, labels: { signature: 's' } },
  };
  const insecureRegistries = [registry.host, ...insecure];
  const options = { insecureRegistries, architecture: 'amd64', copyTimeoutMs: 120_000, maxBlobBytes: 1e9 };
  const work = join(root, 'work');
  return {
    registry,
    folder: root,
    source,
    request,
    build: (change = {}) =>
      buildImage(
        { ...request, ...change },
        { skopeo: options, auths: new Map(), work, signal: new AbortController().signal },
      ),
    pull: (image) => pull(image, mkdtempSync(join(root, 'pulled-'))),
    async [Symbol.asyncDispose]() {
      const left = existsSync(work) ? readdirSync(work) : [];
      await registry[Symbol.asyncDispose]();
      rmSync(root, { recursive: true });
      assert.deepEqual(left, [], 'a build leaves nothing behind');
    },
  };
}

function pull(image: string, target: string): ReturnType<Bench['pull']> {
  execFileSync('skopeo', ['copy', '--quiet', '--src-tls-verify=false', image, `oci:${target}`]);
  const blob = (digest: string): Buffer => readFileSync(join(target, 'blobs/sha256', digest.slice(7)));
  const index = JSON.parse(readFileSync(join(target, 'index.json'), 'utf8')) as {
    manifests: { digest: string }[];
  };
  const manifest = parseManifest(blob(index.manifests[0]?.digest ?? ''));
  return {
    manifest,
    config: parseConfig(blob(manifest.config.digest)),
    entries: (layer) => entriesOf(gunzipSync(blob(manifest.layers.at(layer)?.digest ?? ''))),
  };
}

function entriesOf(archive: Buffer): Map<string, TarEntry & { text: string }> {
  const entries: (TarEntry & { text: string })[] = [];
  const parser = new TarParser({
    entry: (entry) => void entries.push({ ...entry, text: '' }),
    data: (chunk) => void (entries.at(-1)!.text += chunk.toString()),
    entryEnd: () => undefined,
  });
  parser.write(archive);
  parser.end();
  return new Map(entries.map((entry) => [entry.path, entry]));
}

test('an image is the base, the folder as a layer, and the changed configuration', async () => {
  await using it = await bench();
  const { digest, image } = await it.build();
  assert.equal(image, `docker://${it.registry.host}/ns/fn@${digest}`);
  const { manifest, config, entries } = it.pull(`docker://${it.registry.host}/ns/fn:sig`);
  assert.equal(manifest.layers.length, 2);
  assert.equal(config.rootfs.diff_ids.length, 2);
  assert.deepEqual(config.config?.Env, ['PATH=/bin', 'FUNC_RUNTIME=python3.11', 'MOD_NAME=hello']);
  assert.deepEqual(config.config?.Labels, { 'io.kontain.start': 'template', signature: 's' });
  assert.deepEqual(config.config?.['Healthcheck'], { Test: ['NONE'] }, 'what we do not know is kept');
  const files = entries(-1);
  assert.deepEqual([...files.keys()].sort(), [
    'kubeless/',
    'kubeless/hello.py',
    'kubeless/lib/',
    'kubeless/lib/.hidden',
    'kubeless/lib/link',
  ]);
  assert.match(files.get('kubeless/hello.py')?.text ?? '', /def handler/);
  assert.equal(files.get('kubeless/lib/link')?.linkPath, '../hello.py', 'targets of links stay');
});

test('the same files give the same digest, whenever, wherever and with whatever permissions they were written', async () => {
  await using it = await bench();
  const first = await it.build();
  chmodSync(join(it.source, 'hello.py'), 0o4600);
  utimesSync(join(it.source, 'lib'), 1, 1);
  const second = await it.build({ target: reference(`docker://${it.registry.host}/other/name:x`) });
  assert.equal(second.digest, first.digest);
  const files = it.pull(second.image).entries(-1);
  assert.equal(files.get('kubeless/hello.py')?.mode, 0o644, 'readable by the user of the function');
  writeFileSync(join(it.source, 'hello.py'), 'changed');
  assert.notEqual((await it.build()).digest, first.digest);
});

test('dependencies are a layer of their own, and kept for later builds on any base', async () => {
  await using it = await bench();
  const installed = join(it.folder, 'installed');
  mkdirSync(join(installed, 'lib'), { recursive: true });
  writeFileSync(join(installed, 'lib/dependency.py'), 'x = 1');
  const target = reference(`docker://${it.registry.host}/ns.dependencies:deps`);
  const whole = await it.build({ dependencies: { folder: installed, target } });
  const image = it.pull(whole.image);
  assert.equal(image.entries(-2).get('kubeless/lib/dependency.py')?.text, 'x = 1');
  assert.ok(image.entries(-1).has('kubeless/hello.py'));
  const fromKept = await it.build({
    dependencies: { image: target },
    target: reference(`docker://${it.registry.host}/ns/new:1`),
  });
  assert.equal(fromKept.digest, whole.digest, 'with or without the installation');
});

test('a base of another registry is brought over; one in Docker format becomes OCI', async () => {
  await using it = await bench({ docker: true });
  await using other = await bench({ insecure: [it.registry.host] });
  const { image } = await other.build({ base: it.request.base, target: other.request.target });
  const { manifest } = other.pull(image);
  const layer = 'application/vnd.oci.image.layer.v1.tar+gzip';
  assert.deepEqual(
    manifest.layers.map(({ mediaType }) => mediaType),
    [layer, layer],
  );
  await it.build();
});

test('a registry that is down, and a base that is not there, are told in words', async () => {
  await using it = await bench();
  const missing = reference(`docker://${it.registry.host}/kontain/nothing:1`);
  await assert.rejects(
    it.build({ base: missing }),
    (error) => error instanceof PlatformError && /does not exist/.test(error.message),
  );
  await it.registry.stop();
  await assert.rejects(it.build(), (error) => error instanceof PlatformError && error.code === 'not_ready');
});
