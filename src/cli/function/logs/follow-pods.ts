import { Informer } from '../../../kube/informer.ts';
import type { KubeClient } from '../../../kube/client-types.ts';
import { pods, type Pod } from '../../../kube/workload-resources.ts';
import { whenAborted } from '../../../lib/abort.ts';
import { errorMessage } from '../../../lib/errors.ts';
import { dataPlaneSelection, isRunning } from '../../data-plane/data-plane-pods.ts';
import { say, type Io } from '../../io.ts';
import { quietLogger } from '../../quiet-logger.ts';
import type { LogLine } from './log-line.ts';
import { StreamPosition } from './stream-position.ts';
import { podLines, type LogRequest } from './log-source.ts';

const retryMs = 1000;

/** Follows every pod of the data plane, also those that come later, until the command is interrupted. */
export async function followPods(
  client: KubeClient,
  request: LogRequest,
  io: Io,
  print: (line: LogLine) => void,
): Promise<void> {
  const selection = await dataPlaneSelection(client, io);
  await using informer = new Informer<Pod>({
    client,
    resource: pods,
    ...selection,
    clock: io.clock,
    random: io.random,
    log: quietLogger,
  });
  const followers = new Map<string, AbortController>();
  informer.subscribe(({ type, object }) => {
    const { uid = '' } = object.metadata;
    if (type === 'deleted' || !isRunning(object)) {
      followers.get(uid)?.abort();
      followers.delete(uid);
    } else if (!followers.has(uid)) {
      const gone = new AbortController();
      followers.set(uid, gone);
      const signal = AbortSignal.any([gone.signal, io.signal]);
      void followPod({ client, pod: object, request, io, print, signal });
    }
  });
  informer.start();
  await whenAborted(io.signal);
}

interface PodFollower {
  client: KubeClient;
  pod: Pod;
  request: LogRequest;
  io: Io;
  print: (line: LogLine) => void;
  signal: AbortSignal;
}

/** A stream that breaks, as at a restart of the pod's program, goes on behind its last line. */
async function followPod({ client, pod, request, io, print, signal }: PodFollower): Promise<void> {
  const position = new StreamPosition(request);
  const printNew = async (): Promise<void> => {
    for await (const line of podLines(client, pod, { ...position.request, follow: true }, signal))
      if (position.isNew(line)) print(line);
  };
  while (!signal.aborted) {
    const broken = await printNew().catch(errorMessage);
    if (signal.aborted) return;
    if (broken !== undefined) say(io, `pod ${pod.metadata.name ?? ''}: ${broken}; trying again`);
    position.restart();
    await io.clock.sleep(retryMs, signal).catch(() => undefined);
  }
}
