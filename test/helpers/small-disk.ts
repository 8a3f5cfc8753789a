import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk extends Disposable {
  path: string;
  /** Leaves not one byte of it. */
  fill(): void;
  /** Takes back what fill() wrote. */
  free(): void;
}

/** A file system of its own in memory, to be full when a test says so. `size` as for tmpfs: `64k`. */
export function smallDisk(size: string): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const ballast = join(path, 'ballast');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]);
  return {
    path,
    fill: () => {
      for (const bytes of [64 * 1024, 1]) appendUntilFull(ballast, Buffer.alloc(bytes));
    },
    free: () => rmSync(ballast),
    [Symbol.dispose]: () => {
      execFileSync('umount', ['--lazy', path]);
      rmdirSync(path);
    },
  };
}

function appendUntilFull(path: string, piece: Uint8Array): void {
  try {
    for (;;) appendFileSync(path, piece);
  } catch {
    // ENOSPC: that is what was wanted
  }
}
