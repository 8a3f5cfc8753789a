import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const programs = join(import.meta.dirname, '../../build/test-programs');

export interface ProgramSource {
  flags: readonly string[];
  /** What is handed to gcc. */
  sources: readonly string[];
  /** What they include. */
  headers?: readonly string[];
}

/** Compiles a program with gcc, once for all tests: they need the same ones hundreds of times. */
export function compileProgram(target: string, source: ProgramSource): void {
  const kept = join(programs, keyOf(source));
  if (!existsSync(kept)) {
    const draft = `${kept}-${randomUUID()}`;
    mkdirSync(programs, { recursive: true });
    execFileSync('gcc', [...source.flags, '-o', draft, ...source.sources]);
    renameSync(draft, kept);
  }
  copyFileSync(kept, target);
}

function keyOf({ flags, sources, headers = [] }: ProgramSource): string {
  const hash = createHash('sha256').update(flags.join('\0'));
  for (const path of [...sources, ...headers].toSorted())
    hash.update(`\0${path}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 24);
}
