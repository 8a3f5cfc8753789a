import { parseDuration } from '../../api/duration.ts';
import type { StoredFunction } from '../../api/function.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { say, type Io } from '../io.ts';
import { safeText } from '../safe-text.ts';
import { failedBuildLog } from './build-log/failed-build-log.ts';
import type { LiveBuildLog, LiveBuildLogOptions } from './build-log/live-build-log.ts';
import type { SharedVersions } from './shared-versions.ts';
import { versions } from './versions.ts';
import { hasFailed, isReady, progressText } from './function-status.ts';

/**
 * Watches the Function until it can be called. A terminal sees each stage and what the build's containers print as it comes; a
 * pipe only how it ended. Throws `start_failed` with the log of the build before it, `timeout`, or `not_found` when somebody
 * deletes it meanwhile.
 */
export async function waitUntilReady(
  invocation: Invocation,
  submitted: StoredFunction,
  shared?: SharedVersions,
): Promise<void> {
  const { flags, io, session } = invocation;
  const timeoutMs = parseDuration(flags.text('wait-timeout') ?? '10m');
  const start = io.clock.monotonic();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const signal = AbortSignal.any([io.signal, timeout.signal]);
    const client = await session.client();
    const objects = shared?.of(submitted, signal) ?? versions(client, submitted, { ...io, signal });
    const ready = await follow(client, submitted, { io, objects });
    const seconds = ((io.clock.monotonic() - start) / 1000).toFixed(1);
    say(io, `Function ${ready.metadata.name ?? ''} is ready after ${seconds} s`);
  } catch (error) {
    if (!timeout.signal.aborted) throw error;
    throw new PlatformError('timeout', `the function is not ready after ${timeoutMs / 1000} s`, {
      hint: `See "kubeless function describe ${submitted.metadata.name ?? ''}", or give it more: --wait-timeout 30m.`,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  client: KubeClient,
  submitted: StoredFunction,
  { io, objects }: { io: Io; objects: AsyncIterable<StoredFunction> },
): Promise<StoredFunction> {
  // What changed nothing is as ready as it was.
  if (isReady(submitted)) return submitted;
  const { name = '', namespace = '' } = submitted.metadata;
  const isTerminal = io.stderr.isTTY === true;
  await using live = isTerminal ? await startLiveLog({ client, namespace, name, io }) : null;
  let said = '';
  for await (const object of objects) {
    if (isReady(object)) return object;
    if (hasFailed(object)) throw await failure(client, { object, io, live });
    const line = progressText(object);
    if (isTerminal && line !== said) say(io, line);
    said = line;
  }
  throw new PlatformError('not_found', 'the function was deleted while it was waited for');
}

/** Loaded for terminals only. */
async function startLiveLog(options: LiveBuildLogOptions): Promise<LiveBuildLog> {
  const { LiveBuildLog } = await import('./build-log/live-build-log.ts');
  return new LiveBuildLog(options);
}

interface Failed {
  object: StoredFunction;
  io: Io;
  live: LiveBuildLog | null;
}

/** The log comes first, if it was not shown while it came: the reason is the last line that a user sees. */
async function failure(client: KubeClient, { object, io, live }: Failed): Promise<PlatformError> {
  if (!(await live?.showedAll())) {
    const log = safeText(await failedBuildLog(client, object), io.stderr).trimEnd();
    if (log !== '') say(io, log);
  }
  return new PlatformError('start_failed', progressText(object), {
    hint: `Correct it and run "kubeless function update ${object.metadata.name ?? ''}".`,
  });
}
