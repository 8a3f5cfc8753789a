import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { whenAborted } from '../../lib/abort.ts';
import { errorMessage } from '../../lib/errors.ts';
import { say, type Io } from '../io.ts';
import type { Compilation } from './compiled-function.ts';
import { ignoredFolders } from './folder-watch.ts';
import type { LocalFunction } from './local-function.ts';
import { LocalProcess } from './local-process.ts';

/** Compiles a function anew each time that it is asked; there is nothing to do for what is not compiled. */
export class LocalCompiler implements AsyncDisposable {
  readonly #target: LocalFunction;
  readonly #io: Io;
  #isPrepared = false;

  constructor(target: LocalFunction, io: Io) {
    this.#target = target;
    this.#io = io;
  }

  /** False where the compiler refuses it; what it says goes where ours goes. What was compiled before is still there. */
  async compile(): Promise<boolean> {
    const { compilation } = this.#target;
    if (compilation === undefined) return true;
    try {
      if (!this.#isPrepared) await this.#prepare(compilation);
      await this.#copy(compilation);
      return await this.#run(['sh', compilation.script], compilation);
    } catch (error) {
      say(this.#io, `cannot be compiled: ${errorMessage(error)}`);
      return false;
    }
  }

  /** Puts what was compiled last in its place, from which nothing may run now. */
  async install(): Promise<void> {
    const { compilation } = this.#target;
    if (compilation === undefined) return;
    await rm(compilation.volume, { recursive: true, force: true });
    await rename(compilation.next, compilation.volume);
  }

  async #prepare(compilation: Compilation): Promise<void> {
    const { work, links, before, env } = compilation;
    await rm(work, { recursive: true, force: true });
    await mkdir(env['TMPDIR'] ?? work, { recursive: true });
    for (const [path, target] of Object.entries(links)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await symlink(target, join(work, path));
    }
    say(this.#io, 'compiling; the first time takes longer');
    for (const argv of before)
      if (!(await this.#run(argv, compilation))) throw new Error(`${argv[0]} ended with an error`);
    this.#isPrepared = true;
  }

  async #copy({ next }: Compilation): Promise<void> {
    const filter = (path: string): boolean => !ignoredFolders.has(basename(path));
    await rm(next, { recursive: true, force: true });
    await cp(this.#target.folder, next, { recursive: true, filter });
  }

  async #run(argv: LocalFunction['argv'], { work, env }: Compilation): Promise<boolean> {
    const { signal } = this.#io;
    const step = { argv, folder: work, env: { ...this.#target.env, ...env } };
    await using process = new LocalProcess(step, this.#io, { withChildren: true });
    const over = new AbortController();
    const aborted = whenAborted(AbortSignal.any([signal, over.signal])).then(() => 1);
    const code = await Promise.race([process.exited, aborted]);
    over.abort();
    return code === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { compilation } = this.#target;
    if (compilation !== undefined) await rm(compilation.work, { recursive: true, force: true });
  }
}
