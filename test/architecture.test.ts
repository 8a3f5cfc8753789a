import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { findCircle, reachablePackages, readImportGraph, resolveImport } from './helpers/import-graph.ts';

const root = join(import.meta.dirname, '..');
const graph = readImportGraph(root, ['src', 'test', 'scripts', 'runtimes']);

/** Lowest first. A folder imports itself and what stands before its row; folders of one row never import each other. */
const layers: readonly (readonly string[])[] = [
  ['lib'],
  ['kube'],
  ['oci'],
  ['kontainer'],
  ['api'],
  ['controllers'],
  [
    'faas-server',
    'faas-downloader',
    'function-controller',
    'http-trigger-controller',
    'cronjob-trigger-controller',
    'function-image-builder',
    'function-caller',
  ],
  ['embedded'],
  ['cli'],
  ['main'],
];

/**
 * The npm packages that each program may load: memory per process, and the time that a fork or spawn from it takes,
 * grow with what it imports.
 */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  'src/main/call-function.ts': [],
  'src/main/embedded.ts': ['pino'],
  'src/main/embedded-apiserver.ts': ['pino', 'yaml', 'zod'],
  'src/main/controllers.ts': ['pino', 'prom-client', 'undici', 'yaml', 'zod'],
  'src/main/embedded-agent.ts': ['pino', 'undici', 'yaml', 'zod'],
  'src/main/embedded-registry.ts': ['bcryptjs'],
  'src/main/embedded-samples.ts': ['undici', 'yaml', 'zod'],
  'src/main/embedded-setup.ts': ['pino', 'undici', 'yaml', 'zod'],
  'src/main/faas-downloader.ts': ['pino', 'prom-client', 'undici', 'yaml', 'zod'],
  'src/main/function-controller.ts': ['pino', 'prom-client', 'undici', 'yaml', 'zod'],
  'src/main/cronjob-trigger-controller.ts': ['pino', 'prom-client', 'undici', 'yaml', 'zod'],
  'src/main/http-trigger-controller.ts': ['pino', 'prom-client', 'undici', 'yaml', 'zod'],
  'src/main/faas-server.ts': ['pino', 'prom-client', 'zod'],
  'src/main/function-image-builder.ts': ['zod'],
  'src/main/unzip.ts': ['zod'],
  'src/main/faas-server-worker.ts': ['pino', 'prom-client'],
  // All of them only once a command speaks to the API server or writes YAML.
  'src/main/kubeless.ts': ['undici', 'yaml', 'zod'],
};

const isTest = (file: string) => file.endsWith('.test.ts') || file.startsWith('test/');
const sources = [...graph].filter(([file]) => file.startsWith('src/') && !isTest(file));

function folderOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function layerOf(folder: string): number {
  return layers.findIndex((row) => row.includes(folder));
}

/** Edges `from → to` of the graph that are not to be. */
function offences(files: typeof sources, isWrong: (from: string, to: string) => boolean): string[] {
  return files.flatMap(([from, imports]) =>
    imports.flatMap(({ specifier }) => {
      const to = resolveImport(from, specifier);
      return to !== null && isWrong(from, to) ? [`${from} imports ${to}`] : [];
    }),
  );
}

function none(list: readonly string[], message: string): void {
  assert.equal(list.length, 0, `${message}:\n  ${list.join('\n  ')}`);
}

test('every folder of src has its place in the layer table', () => {
  const folders = new Set(sources.map(([file]) => folderOf(file)));
  none(
    [...folders].filter((folder) => layerOf(folder) < 0),
    'unknown folders',
  );
});

test('imports go downwards only, and programs never import each other', () => {
  const wrong = offences(sources, (from, to) => {
    if (!to.startsWith('src/')) return false;
    const [source, target] = [folderOf(from), folderOf(to)];
    return source !== target && layerOf(target) >= layerOf(source);
  });
  none(wrong, 'imports that point upwards or sideways');
});

test('the command line knows objects and how to ask for them, and nothing of what serves them', () => {
  const cli = sources.filter(([file]) => folderOf(file) === 'cli');
  const allowed = ['cli', 'api', 'kube', 'lib'];
  none(
    offences(cli, (_, to) => !allowed.includes(folderOf(to))),
    'imports of the command line',
  );
});

test('no files import each other in a circle, not even for a type', () => {
  assert.equal(findCircle(graph)?.join(' → ') ?? '', '');
});

test('what runs in production imports nothing from test, scripts or runtimes', () => {
  none(
    offences(sources, (_, to) => !to.startsWith('src/')),
    'imports from outside of src',
  );
});

test('runtimes stand alone', () => {
  const runtimes = [...graph].filter(([file]) => file.startsWith('runtimes/') && !isTest(file));
  none(
    offences(runtimes, (_, to) => !to.startsWith('runtimes/')),
    'imports from outside of runtimes',
  );
});

test('each program loads only the npm packages of its list', () => {
  const entries = sources.map(([file]) => file).filter((file) => folderOf(file) === 'main');
  const wrong = entries.flatMap((entry) => {
    const allowed = allowedPackages[entry];
    if (allowed === undefined) return [`${entry} has no list in test/architecture.test.ts`];
    return [...reachablePackages(graph, entry)]
      .filter(([name]) => !allowed.includes(name))
      .map(([name, path]) => `${path.join(' → ')} → ${name}`);
  });
  none(wrong, 'packages that are too heavy for the program');
});

test('file names are kebab-case', () => {
  const files = globSync('{src,test,scripts}/**/*.{ts,js,mjs,c,h}', { cwd: root });
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.[a-z]+$/;
  none(
    files.filter((file) => !file.includes('node_modules/') && !kebab.test(basename(file))),
    'names',
  );
});

test('no default exports', () => {
  none(filesWith([...graph.keys()], /^export default\b|^export \{[^}]*\bas default\b/m), 'default exports');
});

test('only programs read the environment and the arguments', () => {
  const inner = sources.map(([file]) => file).filter((file) => folderOf(file) !== 'main');
  none(filesWith(inner, /\bprocess\.(env|argv)\b/), 'pass it in as an argument instead');
});

test('package-lock.json locks exactly what package.json asks for', () => {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
  const wanted = read('package.json');
  const locked = (read('package-lock.json') as Manifest & { packages: Record<string, Manifest> }).packages[
    ''
  ];
  assert.deepEqual(locked?.dependencies, wanted.dependencies);
  assert.deepEqual(locked?.devDependencies, wanted.devDependencies);
  const versions = Object.values({ ...wanted.dependencies, ...wanted.devDependencies });
  none(
    versions.filter((version) => !/^\d/.test(version)),
    'versions that are not exact',
  );
});

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

function filesWith(files: readonly string[], pattern: RegExp): string[] {
  return files.filter((file) => !isTest(file) && pattern.test(readFileSync(join(root, file), 'utf8')));
}
