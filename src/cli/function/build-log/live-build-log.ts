import { styleText } from 'node:util';
import { Informer } from '../../../kube/informer.ts';
import type { KubeClient } from '../../../kube/client-types.ts';
import { pods, type Pod } from '../../../kube/workload-resources.ts';
import type { Io } from '../../io.ts';
import { quietLogger } from '../../quiet-logger.ts';
import { safeText } from '../../safe-text.ts';
import { buildPodSelector, containerNames, hasBegun, hasEnded, logPath } from './pod-containers.ts';
import { textLines } from './text-lines.ts';

export interface LiveBuildLogOptions {
  client: KubeClient;
  namespace: string;
  name: string;
  io: Io;
}

/** A container has ended by then, so what is left of its log is on its way. */
const longestTailMs = 2000;

/** What the containers of a function's build print, as it comes, on standard error: `install | Collecting bs4`. */
export class LiveBuildLog implements AsyncDisposable {
  readonly #options: LiveBuildLogOptions;
  readonly #informer: Informer<Pod>;
  readonly #stop = new AbortController();
  #showed = false;
  /** By container of a pod. */
  readonly #following = new Map<string, Promise<void>>();

  constructor(options: LiveBuildLogOptions) {
    const { client, namespace, name, io } = options;
    this.#options = options;
    this.#informer = new Informer<Pod>({
      client,
      resource: pods,
      namespace,
      labelSelector: buildPodSelector(name),
      clock: io.clock,
      random: io.random,
      log: quietLogger,
    });
    this.#informer.subscribe(({ type, object }) => {
      // Of an earlier build.
      const over = type === 'added' && hasEnded(object);
      if (type !== 'deleted' && !over) this.#follow(object);
    });
    this.#informer.start();
  }

  /** Whether something was shown, once the containers that have begun are shown to their end. */
  async showedAll(): Promise<boolean> {
    const { clock } = this.#options.io;
    await Promise.race([Promise.all(this.#following.values()), clock.sleep(longestTailMs)]);
    return this.#showed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#following.values());
    await this.#informer[Symbol.asyncDispose]();
  }

  #follow(pod: Pod): void {
    for (const container of containerNames(pod)) {
      const key = `${pod.metadata.uid} ${container}`;
      if (this.#following.has(key) || !hasBegun(pod, container)) continue;
      // It is shown for as long as it can be; the build does not depend on that.
      this.#following.set(
        key,
        this.#show(pod, container).catch(() => undefined),
      );
    }
  }

  async #show(pod: Pod, container: string): Promise<void> {
    const { client, io } = this.#options;
    const signal = AbortSignal.any([io.signal, this.#stop.signal]);
    const body = await client.openPath(logPath(pod, container, { follow: 'true' }), { signal });
    for await (const line of textLines(body)) {
      this.#showed = true;
      io.stderr.write(shownLine(container, line, io));
    }
  }
}

function shownLine(container: string, line: string, { stderr }: Pick<Io, 'stderr'>): string {
  const text = `  ${container} | ${safeText(line, stderr)}`;
  return `${stderr.isTTY === true ? styleText('dim', text, { validateStream: false }) : text}\n`;
}
