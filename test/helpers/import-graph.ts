import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';

export interface Import {
  /** As written, for example `../lib/clock.ts` or `node:fs`. */
  specifier: string;
  /** Erased before the program runs. */
  typeOnly: boolean;
}

/** Repository path of each source file → what it imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

const statement = /^[ \t]*(?:import|export)\b([^'"`;]*?)\bfrom\s*(['"])([^'"\n]+)\2/gm;
const bare = /^[ \t]*import\s*(['"])([^'"\n]+)\1/gm;
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

/** A regular expression and no parser: the TypeScript 7 package has no programming interface. */
export function importsOf(source: string): Import[] {
  const text = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const [, clause = '', , specifier = ''] of text.matchAll(statement))
    found.push({ specifier, typeOnly: isTypeOnly(clause) });
  for (const [, , specifier = ''] of text.matchAll(bare)) found.push({ specifier, typeOnly: false });
  for (const [, , specifier = ''] of text.matchAll(dynamic)) found.push({ specifier, typeOnly: false });
  return found;
}

/** `import { type A }` keeps the import at run time under verbatimModuleSyntax; only `import type` goes. */
function isTypeOnly(clause: string): boolean {
  return /^\s*type\b(?!\s*,)/.test(clause);
}

export function readImportGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.{ts,js,mjs}`, { cwd: root }));
  const sources = files.filter((file) => !file.includes('node_modules/'));
  return new Map(sources.sort().map((file) => [file, importsOf(readFileSync(join(root, file), 'utf8'))]));
}

/** The repository path that a relative import means; null for packages and Node's own modules. */
export function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : null;
}

/** `@scope/name` or `name` of an npm package; null for relative imports and Node's own modules. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || builtinModules.includes(specifier))
    return null;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Every npm package that `entry` loads when it runs → the shortest path of files that leads to it. */
export function reachablePackages(graph: ImportGraph, entry: string): Map<string, string[]> {
  const packages = new Map<string, string[]>();
  const seen = new Set([entry]);
  const waiting: string[][] = [[entry]];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const file = path.at(-1) ?? entry;
    for (const { specifier } of (graph.get(file) ?? []).filter((item) => !item.typeOnly)) {
      const name = packageOf(specifier);
      if (name !== null && !packages.has(name)) packages.set(name, path);
      const target = resolveImport(file, specifier);
      if (target === null || seen.has(target)) continue;
      seen.add(target);
      waiting.push([...path, target]);
    }
  }
  return packages;
}

/** A circle of files that import each other, for types too, each before the one that it imports; null where there is none. */
export function findCircle(graph: ImportGraph): string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    if (path.includes(file)) return path.slice(path.indexOf(file));
    if (done.has(file)) return null;
    path.push(file);
    for (const { specifier } of graph.get(file) ?? []) {
      const target = resolveImport(file, specifier);
      const circle = target === null ? null : visit(target);
      if (circle !== null) return circle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const circle = visit(file);
    if (circle !== null) return circle;
  }
  return null;
}
