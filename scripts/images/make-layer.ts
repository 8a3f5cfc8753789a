import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { addedPaths, compilePython, makeDebian } from './debian.ts';
import { listPaths, packLayer } from './layer.ts';
import type { Layer } from './layout.ts';
import { trees } from './recipes.ts';
import type { FileRecipe, LayerRecipe } from './recipe.ts';
import { stripTypes } from './strip-types.ts';

const run = promisify(execFile);

export interface Folders {
  /** Of the repository. */
  root: string;
  /** Trees, blobs and records of what was made from what. */
  cache: string;
}

/** Tells the user what is going on, and how long it took. */
export type Step = <T>(message: string, work: () => Promise<T>) => Promise<T>;

export async function makeLayer(recipe: LayerRecipe, folders: Folders, step: Step): Promise<Layer> {
  if (recipe.kind === 'tree') return packTree(recipe, folders, step);
  if (recipe.kind === 'command') return packMade(recipe, folders, step);
  const draft = mkdtempSync(join(folders.cache, 'draft-'));
  try {
    for (const folder of recipe.folders ?? []) mkdirSync(join(draft, folder));
    if (recipe.kind === 'program') await compileProgram(recipe.source, join(draft, recipe.to), folders);
    else if (recipe.kind === 'bundle') await bundlePrograms(recipe, draft, folders);
    else await fillWithFiles(recipe, draft, folders, step);
    return await packLayer(draft, listPaths(draft), join(folders.cache, 'blobs'), false);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function packTree(
  recipe: LayerRecipe & { kind: 'tree' },
  folders: Folders,
  step: Step,
): Promise<Layer> {
  const tree = await provideTree(recipe.tree, folders, step);
  const base = recipe.base === undefined ? null : await provideTree(recipe.base, folders, step);
  const paths = recipe.only ?? (base === null ? listPaths(tree) : addedPaths(base, tree));
  const isWanted = (path: string) =>
    !(recipe.without ?? []).some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  return packLayer(tree, paths.filter(isWanted), join(folders.cache, 'blobs'), true);
}

/** In a mount namespace of its own, so that what is mounted for the command is gone with it. */
const inTree = `set -eu
mount --bind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/tmp"
mount --bind "$1/made/opt" "$1/opt"
exec chroot "$1" /bin/sh -euc "$2"`;

async function packMade(
  recipe: LayerRecipe & { kind: 'command' },
  folders: Folders,
  step: Step,
): Promise<Layer> {
  const tree = await provideTree(recipe.tree, folders, step);
  const [given, made] = [join(tree, 'given'), join(tree, 'made')];
  try {
    for (const folder of [given, made]) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
    }
    mkdirSync(join(made, 'opt'));
    for (const file of recipe.files) copyFiles(file, folders.root, given);
    const script = ['/bin/sh', '-c', inTree, 'sh', tree, recipe.command];
    await run('unshare', ['--mount', '--', ...script], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return await packLayer(made, listPaths(made), join(folders.cache, 'blobs'), false);
  } finally {
    for (const folder of [given, made]) rmSync(folder, { recursive: true, force: true });
  }
}

async function fillWithFiles(
  recipe: LayerRecipe & { kind: 'files' },
  draft: string,
  folders: Folders,
  step: Step,
): Promise<void> {
  for (const file of recipe.files) copyFiles(file, folders.root, draft);
  if (recipe.stripTypes === true) stripTypes(draft);
  if (recipe.python !== undefined) await compileWith(await provideTree(recipe.python, folders, step), draft);
}

/** Files of the repository that a recipe takes in, for the key of its cache entry. */
export function inputFiles(recipe: LayerRecipe, root: string): string[] {
  if (recipe.kind === 'tree') return [];
  if (recipe.kind === 'program') return [recipe.source];
  if (recipe.kind === 'bundle')
    return [...recipe.entries, ...globSync(recipe.inputs, { cwd: root }).toSorted()];
  return recipe.files.flatMap((file) => sourceFiles(file, root).map((path) => join(file.from, path)));
}

function sourceFiles({ from, match }: FileRecipe, root: string): string[] {
  if (match === undefined) return [''];
  const isFile = (path: string) => statSync(join(root, from, path)).isFile();
  const found = globSync(match, { cwd: join(root, from) })
    .filter(isFile)
    .toSorted();
  if (found.length === 0) throw new Error(`${from} has no file that matches ${match.join(' ')}`);
  return found;
}

function copyFiles(file: FileRecipe, root: string, draft: string): void {
  for (const path of sourceFiles(file, root)) {
    const target = join(draft, file.to, path);
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(join(root, file.from, path), target);
  }
}

/** Shared parts are files of their own, which are loaded when they are needed. */
async function bundlePrograms(
  { entries, to }: LayerRecipe & { kind: 'bundle' },
  draft: string,
  { root }: Folders,
): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: [...entries],
    outdir: join(draft, to),
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    outExtension: { '.js': '.mjs' },
  });
}

async function compileProgram(source: string, target: string, folders: Folders): Promise<void> {
  await run('gcc', ['-static', '-Os', '-s', '-Wall', '-Wextra', '-Werror', '-o', target, source], {
    cwd: folders.root,
  });
}

/** Byte code of modules that are not in the tree of the Python that compiles them. */
async function compileWith(tree: string, draft: string): Promise<void> {
  const guest = 'compile';
  rmSync(join(tree, guest), { recursive: true, force: true });
  renameSync(draft, join(tree, guest));
  try {
    await compilePython(tree, [`/${guest}`], `/${guest}`);
  } finally {
    renameSync(join(tree, guest), draft);
  }
}

async function provideTree(name: string, folders: Folders, step: Step): Promise<string> {
  const recipe = trees[name];
  if (recipe === undefined) throw new Error(`There is no tree ${name} in recipes.ts`);
  const target = join(folders.cache, 'trees', name);
  const stamp = `${target}.json`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === JSON.stringify(recipe)) return target;
  rmSync(stamp, { force: true });
  mkdirSync(dirname(target), { recursive: true });
  await step(`Installing Debian packages for ${name}`, () =>
    makeDebian(target, recipe.variant, recipe.packages),
  );
  if (recipe.python !== undefined) await compilePython(target, recipe.python);
  writeFileSync(stamp, JSON.stringify(recipe));
  return target;
}
