import {
  chmodSync,
  chownSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { compileProgram } from './compiled-program.ts';

const root = join(import.meta.dirname, '../..');
const native = join(root, 'src/kontainer/native');
const fixtures = join(root, 'test/fixtures/kontainer');

/** First host id of the Kontainers' user namespaces in tests. */
export const idBase = 0x7000_0000;

/** `e_machine` of a 64-bit ARM program (ELF specification). */
const aarch64 = 0xb7;

function compile(target: string, sources: readonly string[]): void {
  const flags = ['-static', '-O1', '-std=gnu17', '-Wall', '-Wextra', '-Werror', `-I${native}`];
  const headers = [native, fixtures].flatMap((folder) =>
    globSync('**/*.h', { cwd: folder }).map((name) => join(folder, name)),
  );
  const library = join(root, 'build/native/libkontainer.a');
  compileProgram(target, { flags, sources: [...sources, library], headers });
}

/**
 * A layer with the functions that the tests call, as the image store would have unpacked it: `<folder>/fs`, owned by the
 * shifted root. `bin/probe` looks around and misbehaves, `bin/liar` is a template that breaks the rules, and the others
 * are what an author may get wrong.
 */
export function writeProgramLayer(folder: string): void {
  const bin = join(folder, 'fs/bin');
  mkdirSync(bin, { recursive: true });
  const sources = globSync('*.c', { cwd: fixtures }).map((name) => join(fixtures, name));
  const isLiar = (path: string) => path.endsWith('/liar.c');
  compile(
    join(bin, 'probe'),
    sources.filter((path) => !isLiar(path)),
  );
  compile(join(bin, 'liar'), sources.filter(isLiar));
  writeBroken(bin);
  for (const path of ['fs', 'fs/bin', ...globSync('fs/bin/*', { cwd: folder })])
    chownSync(join(folder, path), idBase, idBase);
}

function writeBroken(bin: string): void {
  const program = readFileSync(join(bin, 'probe'));
  writeFileSync(join(bin, 'not-executable'), program, { mode: 0o644 });
  program.writeUInt16LE(aarch64, 18);
  writeFileSync(join(bin, 'other-machine'), program, { mode: 0o755 });
  writeFileSync(join(bin, 'no-interpreter'), '#!/bin/nowhere\n', { mode: 0o755 });
  copyFileSync(join(bin, 'probe'), join(bin, 'secret'));
  chmodSync(join(bin, 'secret'), 0o700);
}
