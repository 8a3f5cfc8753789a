import type { Template } from '../../kontainer/kontainer.ts';
import type { KontainerSpec } from '../../kontainer/spec.ts';
import type { OpenFunction } from './function-source.ts';

/** One version of a function that is in memory: its spec, its Template, and how many calls use it. */
export class ActiveFunction {
  readonly spec: KontainerSpec;
  readonly version: string;
  readonly template: Template;
  readonly #open: OpenFunction;
  readonly #failed: (error: unknown) => void;
  #calls = 0;
  #retired = false;
  #freed: Promise<void> | undefined;
  /** Monotonic milliseconds of the end of the last call. */
  lastUsedAt: number;

  constructor(options: {
    open: OpenFunction;
    template: Template;
    now: number;
    failed: (error: unknown) => void;
  }) {
    this.#open = options.open;
    this.#failed = options.failed;
    this.spec = options.open.spec;
    this.version = options.open.version;
    this.template = options.template;
    this.lastUsedAt = options.now;
  }

  get calls(): number {
    return this.#calls;
  }

  use(): void {
    this.#calls += 1;
  }

  release(now: number): void {
    this.#calls -= 1;
    this.lastUsedAt = now;
    if (this.#retired && this.#calls === 0) void this.#free();
  }

  /** No new calls come; everything is freed after the last one. Resolves then only if none is running now. */
  retire(): Promise<void> {
    this.#retired = true;
    return this.#calls === 0 ? this.#free() : Promise.resolve();
  }

  #free(): Promise<void> {
    this.#freed ??= this.#dispose();
    return this.#freed;
  }

  async #dispose(): Promise<void> {
    try {
      await this.template[Symbol.asyncDispose]();
    } catch (error) {
      this.#failed(error);
    }
    // Only now: the Template's processes still run from the function's files.
    await this.#open.release().catch(this.#failed);
  }
}
