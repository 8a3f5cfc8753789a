import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const repository = join(import.meta.dirname, '..');

/** A project of one program, bundled by a copy of the script. */
function bundle() {
  const root = mkdtempSync(join(tmpdir(), 'bundled project '));
  for (const folder of ['scripts', 'src/main']) mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(repository, 'scripts/bundle-programs.ts'), join(root, 'scripts/bundle-programs.ts'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(root, 'src/main/one.ts'),
    `const text: string = 'from the bundle';\nconsole.log(text);\n`,
  );
  execFileSync(process.execPath, [join(root, 'scripts/bundle-programs.ts')]);
  return {
    at: (name: string) => join(root, 'build/programs', name),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

test('a program is one file that runs alone', () => {
  using it = bundle();
  assert.equal(execFileSync(process.execPath, [it.at('one.js')], { encoding: 'utf8' }), 'from the bundle\n');
});

test('a source that was edited after it was read is newer than what `make` looks at', () => {
  using it = bundle();
  // The bundle was written after its sources had been read.
  assert.ok(statSync(it.at('.made')).mtimeMs < statSync(it.at('one.js')).mtimeMs);
});
