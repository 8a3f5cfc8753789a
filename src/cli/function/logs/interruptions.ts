import { errorMessage } from '../../../lib/errors.ts';
import { NetworkError } from '../../../kube/network-error.ts';
import { say, type Io } from '../../io.ts';

const apiServer = 'the API server';

/** Says once that a stream of a pod broke, and once that it is back; what breaks them all is said once for all of them. */
export class Interruptions {
  readonly #io: Pick<Io, 'stderr'>;
  readonly #broken = new Set<string>();

  constructor(io: Pick<Io, 'stderr'>) {
    this.#io = io;
  }

  broke(pod: string, error: unknown): void {
    const what = error instanceof NetworkError && !error.sent ? apiServer : `pod ${pod}`;
    if (this.#broken.has(what)) return;
    this.#broken.add(what);
    say(this.#io, `${what}: ${errorMessage(error)}; trying again until it is back`);
  }

  opened(pod: string): void {
    for (const what of [apiServer, `pod ${pod}`])
      if (this.#broken.delete(what)) say(this.#io, `${what} is back`);
  }
}
