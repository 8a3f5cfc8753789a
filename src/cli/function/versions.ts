import type { StoredFunction } from '../../api/function.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { isExpired, KubeError, orUndefined } from '../../kube/kube-error.ts';
import { NetworkError } from '../../kube/network-error.ts';
import { refOf } from '../../kube/objects.ts';
import { errorMessage } from '../../lib/errors.ts';
import { say, type Io } from '../io.ts';
import { functions } from '../resources.ts';

const retryMs = 500;

type Waiter = Pick<Io, 'clock' | 'stderr' | 'signal'>;

/**
 * The object now and after each change, until it is deleted. Goes on over watches that end or expire, and over an API server
 * that is away, however long that takes: whoever waits has a time of their own.
 */
export async function* versions(
  client: KubeClient,
  { metadata }: StoredFunction,
  waiter: Waiter,
): AsyncGenerator<StoredFunction> {
  const { signal, clock } = waiter;
  for (;;) {
    const now = await patiently(waiter, () =>
      orUndefined(client.get(functions, refOf({ metadata }), { signal })),
    );
    if (now === undefined) return;
    yield now;
    try {
      yield* changesAfter(client, now, signal);
    } catch (error) {
      if (!isExpired(error) && !isAway(error)) throw error;
      await clock.sleep(retryMs, signal);
    }
  }
}

/** Again and again while the API server is away, which is said once, and that it is back. */
async function patiently<T>(waiter: Waiter, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      const result = await attempt();
      if (failures > 0) say(waiter, 'The API server is back');
      return result;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (failures === 0) say(waiter, `${errorMessage(error)}; still waiting`);
      await waiter.clock.sleep(retryMs, waiter.signal);
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof KubeError && error.httpStatus >= 500);
}

async function* changesAfter(
  client: KubeClient,
  { metadata }: StoredFunction,
  signal: AbortSignal,
): AsyncGenerator<StoredFunction> {
  const { name = '', namespace = '', resourceVersion = '' } = metadata;
  const fieldSelector = `metadata.name=${name}`;
  const options = { namespace, fieldSelector, resourceVersion, timeoutSeconds: 300, signal };
  for await (const event of client.watch(functions, options)) {
    if (event.type === 'DELETED') return;
    if (event.type !== 'BOOKMARK') yield event.object;
  }
}
