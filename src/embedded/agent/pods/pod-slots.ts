import { parseBytes, parseCpuMillis } from '../../../api/quantity.ts';
import { KeyedSemaphore } from '../../../lib/keyed-semaphore.ts';
import type { Container, Pod } from '../kinds.ts';

/** What a pod asks for at most that only waits for an answer, as a CronJobTrigger's does for that of its function. */
const lightCpuMillis = 100;
const lightMemoryBytes = 256 * 1024 ** 2;
/** Of these, for each of the others. */
const lightPerPod = 8;

/**
 * Pods at a time. Those that ask for little of the machine do not take the place of a build, nor wait for one: some slow
 * functions that are called at given times would keep everybody from deploying.
 */
export class PodSlots {
  readonly #pods: KeyedSemaphore;
  readonly #light: KeyedSemaphore;

  constructor(limit: number) {
    this.#pods = new KeyedSemaphore(limit);
    this.#light = new KeyedSemaphore(limit * lightPerPod);
  }

  /** Rejects with the signal's reason when it aborts before the work could begin. */
  run<T>({ spec }: Pick<Pod, 'spec'>, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    const slots = containers.every(isLight) ? this.#light : this.#pods;
    return slots.run('', signal, work);
  }
}

/** It says so: by what it asks for, and by a limit of its memory, which is not asked for ahead. */
function isLight({ resources }: Pick<Container, 'resources'>): boolean {
  const [cpu, memory] = [resources?.requests?.['cpu'], resources?.limits?.['memory']];
  if (cpu === undefined || memory === undefined) return false;
  try {
    return parseCpuMillis(cpu) <= lightCpuMillis && parseBytes(memory) <= lightMemoryBytes;
  } catch {
    return false;
  }
}
