/* Bundles each program of src/main, and each of their threads, into one file of build/programs. */
import { globSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'build/programs');
const begun = new Date();

// CommonJS packages call `require` for what Node.js has. Its maker has a name that no module uses for itself.
const require = `import { createRequire as requireFor } from 'node:module';
const require = requireFor(import.meta.url);`;

const entries = globSync(['src/main/*.ts', 'src/**/*-worker.ts'], { cwd: root });
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: entries.map((path) => ({ in: path, out: basename(path, '.ts') })),
  outdir: folder,
  write: false,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  legalComments: 'none',
  banner: { js: require },
});
mkdirSync(folder, { recursive: true });
for (const { path, contents } of outputFiles) {
  // Whoever starts meanwhile reads the old one or the new one.
  const draft = join(dirname(path), `.${basename(path)}`);
  writeFileSync(draft, contents);
  renameSync(draft, path);
}
// A program that is no more would go on as it was.
const made = new Set(outputFiles.map(({ path }) => path));
for (const path of globSync(join(folder, '*.js'))) if (!made.has(path)) rmSync(path);
// What was edited since the sources were read is newer than it, so that `make` bundles again.
const stamp = join(folder, '.made');
writeFileSync(stamp, '');
utimesSync(stamp, begun, begun);
