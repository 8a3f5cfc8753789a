import { Informer } from '../../../kube/informer.ts';
import type { KubeClient } from '../../../kube/client-types.ts';
import { pods, type Pod } from '../../../kube/workload-resources.ts';
import type { Clock } from '../../../lib/clock.ts';
import { dataPlaneSelection, isRunning } from '../../data-plane/data-plane-pods.ts';
import type { Io } from '../../io.ts';
import { quietLogger } from '../../quiet-logger.ts';
import { whenReaderGone } from '../../reader-gone.ts';
import { Interruptions } from './interruptions.ts';
import type { LogLine } from './log-line.ts';
import { StreamPosition } from './stream-position.ts';
import { podLines, type LogRequest } from './log-source.ts';

const retryMs = 1000;

/** Follows every pod of the data plane, also those that come later, until the command is interrupted or nobody reads it. */
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
  const interruptions = new Interruptions(io);
  const end = new AbortController();
  informer.subscribe(({ type, object }) => {
    const { uid = '' } = object.metadata;
    if (type === 'deleted' || !isRunning(object)) {
      followers.get(uid)?.abort();
      followers.delete(uid);
    } else if (!followers.has(uid)) {
      const gone = new AbortController();
      followers.set(uid, gone);
      const signal = AbortSignal.any([gone.signal, end.signal, io.signal]);
      void followPod({ client, pod: object, request, clock: io.clock, print, interruptions, signal });
    }
  });
  informer.start();
  await whenReaderGone(io.stdout, io.signal);
  end.abort();
}

interface PodFollower {
  client: KubeClient;
  pod: Pod;
  request: LogRequest;
  clock: Clock;
  print: (line: LogLine) => void;
  interruptions: Interruptions;
  signal: AbortSignal;
}

/** A stream that breaks, as at a restart of the pod's program, goes on behind its last line. */
async function followPod(follower: PodFollower): Promise<void> {
  const { pod, request, clock, interruptions, signal } = follower;
  const position = new StreamPosition(request);
  while (!signal.aborted) {
    try {
      await printNew(follower, position);
    } catch (error) {
      if (signal.aborted) return;
      interruptions.broke(pod.metadata.name ?? '', error);
    }
    position.restart();
    await clock.sleep(retryMs, signal).catch(() => undefined);
  }
}

async function printNew(
  { client, pod, print, interruptions, signal }: PodFollower,
  position: StreamPosition,
): Promise<void> {
  const onOpen = (): void => interruptions.opened(pod.metadata.name ?? '');
  const lines = podLines(client, pod, { ...position.request, follow: true }, { signal, onOpen });
  for await (const line of lines) if (position.isNew(line)) print(line);
}
