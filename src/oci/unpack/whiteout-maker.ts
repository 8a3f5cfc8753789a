import { spawnSync } from 'node:child_process';
import { linkSync, rmSync } from 'node:fs';
import { hasErrno, PlatformError } from '../../lib/errors.ts';

/**
 * Makes overlayfs whiteouts: character devices 0:0. Node.js has no mknod, so the first one is made by the program of that
 * name and the others are hard links to it, which overlayfs takes as well (it makes its own that way).
 */
export class WhiteoutMaker {
  readonly #template: string;
  #made = false;

  /** `template` is a path outside of the layer's content, on the same file system. */
  constructor(template: string) {
    this.#template = template;
  }

  make(path: Buffer): void {
    if (!this.#made) this.#makeTemplate();
    try {
      linkSync(this.#template, path);
    } catch (error) {
      if (!hasErrno(error, 'EMLINK')) throw error;
      this.#makeTemplate();
      linkSync(this.#template, path);
    }
  }

  dispose(): void {
    rmSync(this.#template, { force: true });
  }

  #makeTemplate(): void {
    this.dispose();
    const { error, status, stderr } = spawnSync('mknod', ['-m', '000', this.#template, 'c', '0', '0']);
    this.#made = status === 0;
    if (this.#made) return;
    const text = error?.message ?? stderr.toString('utf8').trim();
    if (text.includes('No space left')) throw Object.assign(new Error(text), { code: 'ENOSPC' });
    throw new PlatformError('internal', `Whiteouts cannot be made: ${text}`, {
      hint: 'The downloader must run as root with CAP_MKNOD.',
    });
  }
}
