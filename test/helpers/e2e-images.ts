import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packLayer } from '../../src/function-image-builder/layer-blob.ts';
import { compileProgram } from './compiled-program.ts';
import { imageLayout } from './image-layout.ts';
import { writeBlob, writeIndex, type Descriptor } from './oci-layout.ts';
import { repository } from './program.ts';
import { file, folder, tarArchive, type ArchiveEntry } from './tar-archive.ts';
import { sha256 } from './unpacked-layer.ts';

const fixtures = join(repository, 'test/fixtures/images');
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';
const configType = 'application/vnd.oci.image.config.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

interface ImageConfig {
  config: { Env?: string[]; [key: string]: unknown };
  rootfs: { type: string; diff_ids: string[] };
}

export type RuntimeName =
  | 'python3.11'
  | 'nodejs24'
  | 'ruby3.1'
  | 'perl5.36'
  | 'php8.2'
  | 'cgi'
  | 'go1.19'
  | 'java17';

/** Makes images of functions from test/fixtures/images, as OCI layouts in a folder. All methods return an image reference. */
export class E2eImages {
  /** Where they are; goes away with the platform of the test. */
  readonly folder: string;

  constructor(target: string) {
    this.folder = target;
  }

  /** `module.handler` of a fixture such as `calls.py`, on top of a runtime image of `make images`. */
  async onRuntime(runtime: RuntimeName, fixture: string, handler = 'handler'): Promise<string> {
    const source = readFileSync(join(fixtures, fixture), 'utf8');
    return this.inlineFunction(runtime, { file: fixture, source, handler });
  }

  async inlineFunction(
    runtime: RuntimeName,
    code: { file: string; source: string; handler?: string },
  ): Promise<string> {
    const archive = tarArchive([
      folder('kubeless'),
      file(`kubeless/${code.file}`, code.source, { mode: 0o644 }),
    ]);
    const module = basename(code.file).replace(/\.\w+$/, '');
    return this.#withLayer(runtime, [module, code.handler ?? 'handler'], async (target) => ({
      diffId: sha256(archive),
      ...(await writeBlob(target, layerType, gzipSync(archive, { level: 1 }))),
    }));
  }

  /** What the compilation of a function left in a folder, put on its runtime as function-image-builder does it. */
  async compiledFunction(runtime: RuntimeName, path: string, handler: string): Promise<string> {
    const { signal } = new AbortController();
    return this.#withLayer(runtime, handler.split('.'), (target) =>
      packLayer({
        folder: path,
        path: '/kubeless',
        blobs: join(target, 'blobs/sha256'),
        timeoutMs: 60_000,
        signal,
      }),
    );
  }

  async #withLayer(
    runtime: RuntimeName,
    [module = '', handler = '']: string[],
    write: (target: string) => Promise<{ digest: string; diffId: string; size: number }>,
  ): Promise<string> {
    const base = imageLayout(runtime);
    const target = this.#target();
    linkBlobs(base, target);
    const manifest = readManifest(base);
    const config = JSON.parse(readBlob(base, manifest.config.digest)) as ImageConfig;
    const { digest, diffId, size } = await write(target);
    const env = [...(config.config.Env ?? []), `MOD_NAME=${module}`, `FUNC_HANDLER=${handler}`];
    const changed: ImageConfig = {
      ...config,
      config: { ...config.config, Env: env },
      rootfs: { type: 'layers', diff_ids: [...config.rootfs.diff_ids, diffId] },
    };
    await writeManifest(target, changed, [...manifest.layers, { mediaType: layerType, digest, size }]);
    return `oci:${target}`;
  }

  /** A static C program of a fixture such as `calls.c`, alone in an image from scratch. */
  async program(fixture: string, config: object = {}): Promise<string> {
    const target = this.#target();
    const entries: ArchiveEntry[] = ['dev', 'proc', 'sys', 'tmp', 'bin'].map((name) => folder(name));
    entries.push(file('bin/function', this.#compile(fixture), { mode: 0o755 }));
    const layer = tarArchive(entries);
    const layers = [await writeBlob(target, layerType, gzipSync(layer, { level: 1 }))];
    const image = {
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/bin/function'], User: '1000', ...config },
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    };
    await writeManifest(target, image, layers);
    return `oci:${target}`;
  }

  #compile(fixture: string): Buffer {
    const target = join(
      this.folder,
      `program-${createHash('sha256').update(fixture).digest('hex').slice(0, 12)}`,
    );
    const flags = ['-static', '-O1', '-std=gnu17', '-Wall', '-Wextra', '-Werror', '-pthread'];
    compileProgram(target, { flags, sources: [join(fixtures, fixture)] });
    const bytes = readFileSync(target);
    rmSync(target);
    return bytes;
  }

  #target(): string {
    mkdirSync(this.folder, { recursive: true });
    return mkdtempSync(join(this.folder, 'image-'));
  }
}

async function writeManifest(target: string, image: object, layers: Descriptor[]): Promise<void> {
  const config = await writeBlob(target, configType, Buffer.from(JSON.stringify(image)));
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers };
  await writeIndex(target, [await writeBlob(target, manifestType, Buffer.from(JSON.stringify(manifest)))]);
}

function readManifest(layout: string): { config: Descriptor; layers: Descriptor[] } {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as { manifests: Descriptor[] };
  const [manifest] = index.manifests;
  if (manifest === undefined) throw new Error(`${layout} is empty: make images`);
  return JSON.parse(readBlob(layout, manifest.digest)) as { config: Descriptor; layers: Descriptor[] };
}

function readBlob(layout: string, digest: string): string {
  return readFileSync(join(layout, 'blobs/sha256', digest.slice('sha256:'.length)), 'utf8');
}

/** Blobs never change, so that a hard link is as good as a copy, across one file system. */
function linkBlobs(base: string, target: string): void {
  const blobs = join(target, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  for (const name of readdirSync(join(base, 'blobs/sha256'))) {
    const from = join(base, 'blobs/sha256', name);
    try {
      linkSync(from, join(blobs, name));
    } catch {
      execFileSync('cp', [from, blobs]);
    }
  }
}
