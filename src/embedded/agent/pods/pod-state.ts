import { formatTime } from '../../../kube/conditions.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  PodCondition,
  PodStatus,
  Terminated,
} from '../kinds.ts';
import { containersOf } from '../kinds.ts';

/** The status of a pod while it runs, and how it changes. Every change makes a new status. */
export class PodState {
  readonly #pod: Pod;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #containers = new Map<string, ContainerStatus>();
  readonly #startTime: string;
  #end: Pick<PodStatus, 'phase' | 'reason' | 'message'> | undefined;
  #disrupted: PodCondition | undefined;

  constructor(pod: Pod, now: () => number, onChange: () => void) {
    this.#pod = pod;
    this.#now = now;
    this.#onChange = onChange;
    this.#startTime = formatTime(now());
    for (const { name, image } of containersOf(pod.spec)) this.#containers.set(name, newStatus(name, image));
  }

  /** A change of one container; `set` is called as the state is before it. */
  container(name: string, change: Partial<ContainerStatus>): void {
    const before = this.#containers.get(name);
    if (before === undefined) return;
    this.#containers.set(name, { ...before, ...change });
    this.#onChange();
  }

  waiting(name: string, reason: string, message?: string): void {
    this.container(name, { state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } });
  }

  running(name: string, imageID: string): void {
    const startedAt = formatTime(this.#now());
    this.container(name, { imageID, ready: true, started: true, state: { running: { startedAt } } });
  }

  terminated(name: string, terminated: Terminated): void {
    this.container(name, {
      ready: terminated.exitCode === 0 && this.#isInit(name),
      started: false,
      state: { terminated },
    });
  }

  /** It is started again: what it ended with becomes its last state. */
  restarting(name: string, message: string): void {
    const { state = {}, restartCount = 0 } = this.#containers.get(name) ?? {};
    this.container(name, {
      lastState: state,
      restartCount: restartCount + 1,
      state: { waiting: { reason: 'CrashLoopBackOff', message } },
    });
  }

  restarts(name: string): number {
    return this.#containers.get(name)?.restartCount ?? 0;
  }

  end(phase: 'Succeeded' | 'Failed', reason?: string, message?: string): void {
    this.#end = {
      phase,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
    this.#onChange();
  }

  /** The end came from the machine and not from the pod: Jobs may be told not to count it. */
  disrupted(reason: string, message: string): void {
    const lastTransitionTime = formatTime(this.#now());
    this.#disrupted = { type: 'DisruptionTarget', status: 'True', reason, message, lastTransitionTime };
    this.end('Failed', 'Terminated', message);
  }

  get status(): PodStatus {
    const init = (this.#pod.spec.initContainers ?? []).map((container) => this.#statusOf(container));
    const main = this.#pod.spec.containers.map((container) => this.#statusOf(container));
    const initialized = init.every(({ state }) => state.terminated?.exitCode === 0);
    const phase = initialized && main.some(hasStarted) ? 'Running' : 'Pending';
    return {
      ...(this.#end ?? { phase }),
      startTime: this.#startTime,
      conditions: this.#conditions(
        initialized,
        main.every(({ ready }) => ready),
      ),
      ...(init.length === 0 ? {} : { initContainerStatuses: init }),
      containerStatuses: main,
    };
  }

  #conditions(initialized: boolean, ready: boolean): PodCondition[] {
    const holds: readonly [string, boolean][] = [
      ['PodScheduled', true],
      ['Initialized', initialized],
      ['ContainersReady', ready],
      ['Ready', ready],
    ];
    const list = holds.map(([type, value]): PodCondition => ({
      type,
      status: value ? 'True' : 'False',
      lastTransitionTime: this.#startTime,
    }));
    return this.#disrupted === undefined ? list : [...list, this.#disrupted];
  }

  #statusOf({ name, image }: Container): ContainerStatus {
    return this.#containers.get(name) ?? newStatus(name, image);
  }

  #isInit(name: string): boolean {
    return (this.#pod.spec.initContainers ?? []).some((container) => container.name === name);
  }
}

function newStatus(name: string, image: string): ContainerStatus {
  const state: ContainerState = { waiting: { reason: 'PodInitializing' } };
  return { name, image, imageID: '', ready: false, started: false, restartCount: 0, state, lastState: {} };
}

function hasStarted({ state, restartCount }: ContainerStatus): boolean {
  return state.waiting === undefined || restartCount > 0;
}
