import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../../store/stored-object.ts';
import { pods } from '../resources/kinds/pods.ts';
import type { ApiContext } from '../verbs/api-context.ts';
import { keyOf, mustReadObject, readObject, type ResourceRequest } from '../verbs/resource-request.ts';
import { LogChanges } from './log-changes.ts';
import { parseLogOptions } from './log-options.ts';
import { chooseContainer, containerState, logFile, missingLog, waitingError } from './pod-log.ts';
import type { PodPath } from './pod-path.ts';
import { readLog } from './read-log.ts';

export interface LogExchange {
  readonly context: ApiContext;
  /** Of the embedded instance: the agent's logs are in it. */
  readonly home: string;
  readonly path: PodPath;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
  /** Ends a log that is followed. */
  readonly signal: AbortSignal;
}

/** `pods/<name>/log`, from the files that the agent writes. @throws StatusError 400, 404, 422 before anything is sent. */
export async function serveLog({ context, home, path, query, response, signal }: LogExchange): Promise<void> {
  const { namespace, name } = path;
  const request: ResourceRequest = { definition: pods, namespace, name, subresource: 'log', query };
  const options = parseLogOptions(query, name, context.clock.now());
  const pod = mustReadObject(context, request);
  const container = chooseContainer(pod, options.container);
  const file = logFile(home, pod, container, options);
  if (!options.previous && containerState(pod, container) === 'waiting') throw waitingError(pod, container);
  using changes = new LogChanges(context.store, keyOf(request, name), signal);
  const ended = (): boolean => signal.aborted || hasEnded(readObject(context, request), pod, container);
  const follow = options.follow && !options.previous ? { ended, changed: () => changes.wait() } : undefined;
  const text = await readLog(file, options, follow);
  if (text === undefined) throw missingLog(pod, container, options);
  if (follow !== undefined) changes.watchFile(file);
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  await pipeline(text, response);
}

/** Also when it is another pod by now, or none. */
function hasEnded(now: KubeObject | undefined, { metadata }: KubeObject, container: string): boolean {
  if (now === undefined || now.metadata.uid !== metadata.uid) return true;
  return containerState(now, container) === 'terminated';
}
