import type { KubeObject } from '../../store/stored-object.ts';
import { podLogPath } from '../../agent/pod-logs.ts';
import { badRequest } from '../status/refusals.ts';
import { fieldsOf, itemsOf, textOf } from '../validation/pod-spec.ts';
import type { LogOptions } from './log-options.ts';

/** The container whose log is meant. @throws StatusError 400 with kubelet's sentences. */
export function chooseContainer(pod: KubeObject, wanted: string): string {
  const spec = fieldsOf(pod['spec']);
  const names = (list: string) => itemsOf(spec[list]).map(({ name }) => textOf(name));
  const [containers, initContainers] = [names('containers'), names('initContainers')];
  const pods = textOf(pod.metadata.name);
  if (wanted !== '') {
    if ([...containers, ...initContainers].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${pods}`);
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1 && initContainers.length === 0) return only;
  const init =
    initContainers.length === 0 ? '' : ` or one of the init containers: [${initContainers.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${pods}, choose one of: [${containers.join(' ')}]${init}`,
  );
}

export type ContainerState = 'waiting' | 'running' | 'terminated';

/** What is running or has run is what the agent says; a pod that ended before it said so has no containers any more. */
export function containerState(pod: KubeObject, container: string): ContainerState {
  const status = fieldsOf(pod['status']);
  const all = [...itemsOf(status['initContainerStatuses']), ...itemsOf(status['containerStatuses'])];
  const state = fieldsOf(all.find(({ name }) => name === container)?.['state']);
  if ('terminated' in state) return 'terminated';
  if (['Succeeded', 'Failed'].includes(textOf(status['phase']))) return 'terminated';
  return 'running' in state ? 'running' : 'waiting';
}

export function waitingError(pod: KubeObject, container: string): Error {
  const status = fieldsOf(pod['status']);
  const all = [...itemsOf(status['initContainerStatuses']), ...itemsOf(status['containerStatuses'])];
  const { waiting } = fieldsOf(all.find(({ name }) => name === container)?.['state']);
  const reason = textOf(fieldsOf(waiting)['reason']) || 'ContainerCreating';
  const name = textOf(pod.metadata.name);
  return badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`);
}

export function logFile(home: string, pod: KubeObject, container: string, { previous }: LogOptions): string {
  return podLogPath(home, textOf(pod.metadata.uid), container, previous);
}

/** @throws StatusError 400 where the log that is asked for does not exist (any more). */
export function missingLog(pod: KubeObject, container: string, { previous }: LogOptions): Error {
  const name = textOf(pod.metadata.name);
  return badRequest(
    previous
      ? `previous terminated container "${container}" in pod "${name}" not found`
      : `the log of container "${container}" in pod "${name}" is gone`,
  );
}
