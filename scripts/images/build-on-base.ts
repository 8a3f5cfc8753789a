import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { images } from './images.ts';
import { hexOf, type RunConfig } from './layout.ts';
import { makeLayer } from './make-layer.ts';
import { layers } from './recipes.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'build/image-cache');

/** What the interpreter is called on images other than Debian's, where it is found in PATH. */
const interpreters: Readonly<Record<string, string>> = { python: 'python3', nodejs: 'node' };

async function main([language = '', version = '', base = '', image = '']: readonly string[]): Promise<void> {
  const name = `${language}${version}`;
  const own = Object.entries(images).find(([each]) => new RegExp(`^${language}[0-9.]+$`).test(each))?.[1];
  if (own === undefined) throw new Error(`There is no runtime ${language}`);
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, 'base-'));
  try {
    const made = await putOn(base, draft, { language, name, config: own.config });
    const folder = join(root, 'build/images', name);
    if (image === '') rmSync(folder, { recursive: true, force: true });
    const target = image === '' ? `oci:${folder}:latest` : image;
    run('skopeo', 'copy', '--quiet', `oci:${made}`, target);
    console.log(target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

interface Made {
  language: string;
  name: string;
  config: RunConfig;
}

/** Returns layout and tag, in `draft`. */
async function putOn(base: string, draft: string, { language, name, config }: Made): Promise<string> {
  const made = `${join(draft, 'image')}:latest`;
  const layer = join(draft, 'layer.tar');
  run('skopeo', 'copy', '--quiet', base, `oci:${made}`);
  writeFileSync(layer, await runtimeLayer(language));
  run('umoci', 'raw', 'add-layer', '--image', made, layer);
  const [, ...args] = config.Entrypoint ?? [];
  const entrypoint = [interpreters[language] ?? language, ...args];
  run('umoci', 'config', '--image', made, ...configuration(config, entrypoint, name));
  return made;
}

/** Our files, as an uncompressed tar. Byte code is of the Python of Debian: the other one makes its own. */
async function runtimeLayer(language: string): Promise<Buffer> {
  const recipe = layers[`${language}-runtime`];
  if (recipe?.kind !== 'files') throw new Error(`There is no layer ${language}-runtime`);
  const { python: _, ...rest } = recipe;
  const layer = await makeLayer(rest, { root, cache }, (_message, work) => work());
  return gunzipSync(readFileSync(join(cache, 'blobs', hexOf(layer.digest))));
}

function configuration(
  { Env = [], Labels = {} }: RunConfig,
  entrypoint: readonly string[],
  name: string,
): string[] {
  // The base knows where its programs are.
  const env = Env.filter((each) => !each.startsWith('PATH=') && !each.startsWith('FUNC_RUNTIME='));
  return [
    '--clear=config.entrypoint',
    '--clear=config.cmd',
    '--config.user=1000',
    '--config.workingdir=/kubeless',
    ...entrypoint.map((each) => `--config.entrypoint=${each}`),
    ...[...env, `FUNC_RUNTIME=${name}`].map((each) => `--config.env=${each}`),
    ...Object.entries(Labels).map(([key, value]) => `--config.label=${key}=${value}`),
  ];
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
