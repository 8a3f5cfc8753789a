import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** Node strips types itself, but it loads a compiler for that: several times the start of a small program. */
export function stripTypes(folder: string): void {
  for (const path of globSync('**/*.ts', { cwd: folder }).map((name) => join(folder, name))) {
    const script = stripTypeScriptTypes(readFileSync(path, 'utf8'));
    writeFileSync(
      path.replace(/\.ts$/, '.js'),
      script.replaceAll(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'"),
    );
    rmSync(path);
  }
}
