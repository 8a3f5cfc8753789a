import type { StoredFunction } from '../../api/function.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { Informer } from '../../kube/informer.ts';
import { keyOf, refOf } from '../../kube/objects.ts';
import { whenAborted } from '../../lib/abort.ts';
import type { Io } from '../io.ts';
import { quietLogger } from '../quiet-logger.ts';
import { functions } from '../resources.ts';

/** The Functions of a namespace as they change, over one watch for all that are waited for: one each was a connection each. */
export class SharedVersions implements AsyncDisposable {
  readonly #informer: Informer<StoredFunction>;

  private constructor(informer: Informer<StoredFunction>) {
    this.#informer = informer;
  }

  /** Undefined for who may see single Functions only. */
  static async open(
    client: KubeClient,
    namespace: string,
    { clock, random, signal }: Io,
  ): Promise<SharedVersions | undefined> {
    try {
      await client.list(functions, { namespace, signal });
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
    const informer = new Informer({
      client,
      resource: functions,
      namespace,
      clock,
      random,
      log: quietLogger,
    });
    informer.start();
    return new SharedVersions(informer);
  }

  /** The object now and after each change, until it is deleted. Rejects with the signal's reason. */
  async *of({ metadata }: StoredFunction, signal: AbortSignal): AsyncGenerator<StoredFunction> {
    const [key, ref] = [keyOf({ metadata }), refOf({ metadata })];
    let changed = Promise.withResolvers<void>();
    const aborted = whenAborted(signal);
    const unsubscribe = this.#informer.subscribe(({ object }) => {
      if (keyOf(object) === key) changed.resolve();
    });
    try {
      await Promise.race([this.#informer.synced, aborted]);
      for (;;) {
        signal.throwIfAborted();
        changed = Promise.withResolvers();
        const now = this.#informer.get(ref);
        if (now === undefined) return;
        yield now;
        await Promise.race([changed.promise, aborted]);
      }
    } finally {
      unsubscribe();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#informer[Symbol.asyncDispose]();
  }
}
