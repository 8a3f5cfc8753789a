import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrno } from '../../src/lib/errors.ts';
import { repository } from './program.ts';

/**
 * Each home has a registry of its own, into which its first start pushes the platform's images: seconds of a processor for
 * bytes that are the same each time. So the first home of a run leaves a copy of that registry, and others begin with it;
 * whether a push works is tested by `make up`, which takes none.
 */
const seeds = join(repository, 'build/test-registry');
/** Of the registry's file system driver. */
const store = 'data/docker/registry/v2';

/** Of what is pushed. */
function seedPath(): string {
  const hash = createHash('sha256');
  for (const path of globSync('build/images/*/index.json', { cwd: repository }).toSorted())
    hash.update(path).update(readFileSync(join(repository, path)));
  return join(seeds, hash.digest('hex').slice(0, 16));
}

/** Before the first start of a home. */
export function seedRegistry(registry: string): void {
  const seed = seedPath();
  if (!existsSync(registry) && existsSync(seed) && isLinkable(registry)) copy(seed, registry);
}

/** After it. */
export function keepRegistry(registry: string): void {
  const seed = seedPath();
  if (existsSync(seed) || !isLinkable(registry)) return;
  const draft = `${seed}-${randomUUID()}`;
  copy(registry, draft);
  try {
    renameSync(draft, seed);
  } catch (error) {
    // Another test was first.
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    rmSync(draft, { recursive: true });
  }
  for (const name of readdirSync(seeds))
    if (/^[0-9a-f]{16}$/.test(name) && join(seeds, name) !== seed)
      rmSync(join(seeds, name), { recursive: true, force: true });
}

/** Homes of tests may lie on another disk. */
function isLinkable(registry: string): boolean {
  mkdirSync(seeds, { recursive: true });
  return statSync(seeds).dev === statSync(dirname(registry)).dev;
}

/** A blob is never written again under its name, a link to one is. */
function copy(from: string, to: string): void {
  const [source, target] = [join(from, store), join(to, store)];
  mkdirSync(target, { recursive: true });
  execFileSync('cp', ['--archive', '--link', join(source, 'blobs'), target]);
  execFileSync('cp', ['--archive', join(source, 'repositories'), target]);
}
