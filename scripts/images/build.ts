import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { images } from './images.ts';
import type { ImageRecipe, LayerRecipe } from './recipe.ts';
import { hexOf, sha256, writeLayout, type Layer } from './layout.ts';
import { inputFiles, makeLayer, type Folders, type Step } from './make-layer.ts';
import { layers, trees } from './recipes.ts';

/** The files of this folder that decide what a layer holds. */
const makers = ['debian.ts', 'layer.ts', 'make-layer.ts'].map((name) => join(import.meta.dirname, name));

const root = join(import.meta.dirname, '../..');
const folders: Folders = { root, cache: join(root, 'build/image-cache') };

/** Returns whether there was something to do. */
async function buildImage(name: string, recipe: ImageRecipe, target: string): Promise<boolean> {
  const made: Layer[] = [];
  for (const layer of recipe.layers) made.push(await provideLayer(layer));
  // One for each place: what is up to date in one may be old in the other.
  const stamp = join(folders.cache, `image-${name}-in-${basename(dirname(target))}.json`);
  const content = JSON.stringify([
    made,
    recipe.config,
    readFileSync(join(import.meta.dirname, 'layout.ts'), 'utf8'),
  ]);
  if (existsSync(join(target, 'index.json')) && isContent(stamp, content)) return false;
  mkdirSync(dirname(target), { recursive: true });
  writeLayout(target, join(folders.cache, 'blobs'), made, recipe.config);
  writeFileSync(stamp, content);
  return true;
}

async function provideLayer(name: string): Promise<Layer> {
  const recipe = layers[name];
  if (recipe === undefined) throw new Error(`There is no layer ${name} in recipes.ts`);
  const record = join(folders.cache, `layer-${name}-${keyOf(recipe)}.json`);
  if (existsSync(record)) {
    const layer = JSON.parse(readFileSync(record, 'utf8')) as Layer;
    if (existsSync(join(folders.cache, 'blobs', hexOf(layer.digest)))) return layer;
  }
  const layer = await step(`Packing layer ${name}`, () => makeLayer(recipe, folders, step));
  writeFileSync(record, JSON.stringify(layer));
  return layer;
}

/** Digest of all that a layer is made of. */
function keyOf(recipe: LayerRecipe): string {
  const files = [...makers, ...inputFiles(recipe, root).map((path) => join(root, path))];
  const used =
    'tree' in recipe ? [trees[recipe.tree], 'base' in recipe ? trees[recipe.base ?? ''] : undefined] : [];
  return sha256(JSON.stringify([recipe, used, files.map((path) => sha256(readFileSync(path)))])).slice(0, 16);
}

function isContent(path: string, content: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === content;
}

const step: Step = async (message, work) => {
  const start = performance.now();
  if (process.stderr.isTTY) process.stderr.write(`${message} …\n`);
  const result = await work();
  if (process.stderr.isTTY)
    process.stderr.write(`${message}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return result;
};

/** What is in build/images is pushed by every instance that starts: compilers only where somebody asked for them. */
function targetOf(
  name: string,
  { isOptional = false }: ImageRecipe,
  names: readonly string[],
): string | undefined {
  if (names.includes(name) || (!isOptional && (names.length === 0 || names.includes('--all'))))
    return `build/images/${name}`;
  return names.includes('--all') ? `build/optional-images/${name}` : undefined;
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => name !== '--all' && !(name in images));
  if (unknown.length > 0)
    throw new Error(`No such image: ${unknown.join(' ')}; there are ${Object.keys(images).join(' ')}`);
  if (process.getuid?.() !== 0)
    throw new Error('Images are made from Debian packages as root: run it as root');
  mkdirSync(folders.cache, { recursive: true });
  for (const folder of ['src/kontainer/native', 'runtimes/nodejs/native'])
    execFileSync('make', ['--silent', '-C', join(root, folder)], { stdio: 'inherit' });
  for (const [name, recipe] of Object.entries(images)) {
    const target = targetOf(name, recipe, names);
    if (target !== undefined && (await buildImage(name, recipe, join(root, target)))) console.log(target);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
