import { join } from 'node:path';
import type { RegistryAuths } from '../../../oci/registry-auth.ts';
import { parseDockerConfig } from '../../../oci/registry-auth.ts';
import { errorMessage } from '../../../lib/errors.ts';
import type { ContainerRun } from '../container-config.ts';
import { containersOf, type Container, type Pod } from '../kinds.ts';
import { containerRun } from './container-run.ts';
import type { ReadyImage } from './images.ts';
import { objectReader, type ObjectReader } from './object-reader.ts';
import { PodFailure } from './pod-failure.ts';
import type { PodParts } from './pod-parts.ts';
import { removeTree } from './pod-places.ts';
import type { PodState } from './pod-state.ts';
import { makeVolumes, volumeBinds, type PodVolume } from './volumes.ts';

export interface PreparedContainer {
  container: Container;
  image: ReadyImage;
  run: ContainerRun;
}

export interface PreparedPod {
  init: readonly PreparedContainer[];
  main: readonly PreparedContainer[];
  volumes: readonly PodVolume[];
}

export interface Preparation {
  pod: Pod;
  parts: PodParts;
  state: PodState;
  signal: AbortSignal;
}

const firstPauseMs = 10_000;
const longestPauseMs = 5 * 60_000;

/**
 * Has everything that a pod needs: images, volumes, what its containers refer to. What is not there is waited for, as
 * kubelet does, and the pod's status says so. Rejects with the signal's reason.
 */
export async function preparePod(preparation: Preparation): Promise<PreparedPod> {
  const { parts, signal } = preparation;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const prepared = await tryToPrepare(preparation);
    if (prepared !== undefined) return prepared;
    await parts.clock.sleep(pauseMs, signal);
  }
}

async function tryToPrepare(preparation: Preparation): Promise<PreparedPod | undefined> {
  const { pod, state, parts, signal } = preparation;
  // The container that the failure belongs to.
  let current = containersOf(pod.spec)[0]?.name ?? '';
  try {
    return await prepare(preparation, (name) => (current = name));
  } catch (error) {
    if (signal.aborted || !(error instanceof PodFailure)) throw error;
    state.waiting(current, error.reason, error.message);
    parts.events.record(named(pod), { type: 'Warning', reason: 'Failed', message: error.message });
    return undefined;
  }
}

async function prepare(
  { pod, parts, signal }: Preparation,
  onContainer: (name: string) => void,
): Promise<PreparedPod> {
  const { namespace = '', uid = '' } = pod.metadata;
  const reader = objectReader(parts.client, namespace, signal);
  const auths = await readPullSecrets(pod, reader);
  const images = new Map<string, ReadyImage>();
  for (const container of containersOf(pod.spec)) {
    onContainer(container.name);
    const onPull = (): void =>
      parts.events.record(named(pod), {
        type: 'Normal',
        reason: 'Pulling',
        message: `Pulling image "${container.image}"`,
      });
    images.set(container.name, await parts.images.get({ container, auths, signal, onPull }));
  }
  await removeTree(parts.places.workOf(uid));
  const folder = await parts.places.makeWork(uid);
  const request = {
    pod,
    reader,
    folder: join(folder, 'volumes'),
    idBase: parts.host.idBase,
    loginFile: parts.loginFile,
  };
  const volumes = await makeVolumes(request);
  const resolve = async (container: Container): Promise<PreparedContainer> => {
    onContainer(container.name);
    const image = images.get(container.name);
    if (image === undefined) throw new PodFailure('CreateContainerError', `${container.name} has no image`);
    const binds = [...parts.systemBinds, ...volumeBinds(container, volumes)];
    const run = await containerRun({ pod, container, image, reader, binds, defaults: parts.defaults });
    return { container, image, run };
  };
  const init: PreparedContainer[] = [];
  for (const container of pod.spec.initContainers ?? []) init.push(await resolve(container));
  const main: PreparedContainer[] = [];
  for (const container of pod.spec.containers) main.push(await resolve(container));
  return { init, main, volumes };
}

/** As kubelet does, those that are not there are left out: the image may need none. */
async function readPullSecrets({ spec }: Pod, reader: ObjectReader): Promise<RegistryAuths[]> {
  const found: RegistryAuths[] = [];
  for (const { name } of spec.imagePullSecrets ?? []) {
    const value = (await reader.secret(name))?.['.dockerconfigjson'];
    if (value === undefined) continue;
    try {
      found.push(parseDockerConfig(value.toString('utf8'), name));
    } catch (error) {
      throw new PodFailure('ErrImagePull', errorMessage(error), { cause: error });
    }
  }
  return found;
}

/** Objects of a list come without their kind. */
export function named(pod: Pod): Pod {
  return { ...pod, apiVersion: 'v1', kind: 'Pod' };
}
