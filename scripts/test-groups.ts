import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Few enough that a group is no long tail, and that not many tests go with a file that ends its process. */
const filesPerGroup = 10;

/**
 * Unit tests run in groups, a process each: to start one for each file, and to load there what its neighbours load, takes
 * as long as most of them. Writes a module for each group into `folder`; returns those and the other files.
 */
export function inGroups(files: readonly string[], folder: string): string[] {
  const isUnit = (file: string): boolean => file.startsWith('src/');
  const units = files.filter(isUnit).toSorted();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const groups: string[] = [];
  for (let first = 0; first < units.length; first += filesPerGroup) {
    const path = join(folder, `unit-${groups.length + 1}.mjs`);
    writeFileSync(path, moduleOf(units.slice(first, first + filesPerGroup)));
    groups.push(path);
  }
  return [...files.filter((file) => !isUnit(file)), ...groups];
}

/** The tests begin when all files are there: a hook of a file that came when those before it were over would run at once. */
function moduleOf(files: readonly string[]): string {
  const imports = files.map((file) => `await import(${JSON.stringify(pathToFileURL(resolve(file)).href)});`);
  return [
    "import { test } from 'node:test';",
    'const loaded = Promise.withResolvers();',
    "test('the files of a group are loaded', () => loaded.promise);",
    ...imports,
    'loaded.resolve();\n',
  ].join('\n');
}
