import { createHash } from 'node:crypto';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const patterns = ['src/**/*.ts', 'build/{native,programs}/*', 'deploy/crds/*', 'package-lock.json'];

/**
 * Changes when the program does, so that `up` can tell a running old version. From names, sizes and times: it takes
 * milliseconds, and one restart too many does no harm.
 */
export function sourceKey(root: string): string {
  const hash = createHash('sha256');
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  for (const file of files.filter((name) => !name.endsWith('.test.ts'))) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
