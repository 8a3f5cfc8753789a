import { PlatformError } from '../../lib/errors.ts';
import { FairQueue } from './fair-queue.ts';
import { Shares } from './shares.ts';

export interface AdmissionLimits {
  /** Sum of the memory limits of running calls. */
  memoryBytes: number;
  /** Sum of the CPU limits of running calls; 1000 is one core. */
  cpuMillis: number;
  /** Calls of one function that may wait, and of all functions together. */
  queuePerFunction: number;
  queueTotal: number;
}

/** What one call takes while it runs. */
export interface Demand {
  /** Calls with the same key share `concurrency`. */
  key: string;
  memoryBytes: number;
  cpuMillis: number;
  /** Calls of that key at once; 0 is no limit. */
  concurrency: number;
}

/** Room for one call, until released. */
export interface Admitted {
  /** Gives the room back; again does nothing. */
  release(): void;
}

interface Waiting {
  demand: Demand;
  grant(admitted: Admitted): void;
}

/**
 * Decides how many calls run at once: per function, and by the node's memory and CPU, of which no function takes all. The
 * rest waits in bounded queues that are served in turn, one call per function. A call at its turn that does not fit holds back the later ones, so
 * that a large one is never starved by small ones.
 */
export class Admission {
  #limits: AdmissionLimits;
  readonly #queue = new FairQueue<Waiting>();
  readonly #running = new Shares();
  /** Of the calls that wait. */
  #waitingBytes = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get usage(): { memoryBytes: number; cpuMillis: number; waiting: number; limits: AdmissionLimits } {
    return {
      ...this.#running.total,
      waiting: this.#queue.size,
      limits: this.#limits,
    };
  }

  /** Memory that the budget lacks for all calls that wait; 0 where the next one waits for something else. */
  get missingBytes(): number {
    const free = this.#limits.memoryBytes - this.#running.total.memoryBytes;
    const next = this.#queue.first(
      ({ demand }) => this.#isBelowConcurrency(demand) && this.#isFair(demand, 'cpuMillis'),
    );
    if (next === undefined) return 0;
    const { demand } = next;
    if (demand.memoryBytes > free) return this.#waitingBytes - free;
    return this.#isFair(demand, 'memoryBytes') ? 0 : demand.memoryBytes;
  }

  /** Room at once, or undefined when the call has to wait. */
  tryEnter(demand: Demand): Admitted | undefined {
    if (this.#queue.size > 0 && (this.#queue.sizeOf(demand.key) > 0 || this.#nodeIsFull())) return undefined;
    return this.#fitsFunction(demand) && this.#fitsNode(demand) ? this.#admit(demand) : undefined;
  }

  /** Waits for room. Rejects with `too_many_requests`, `not_ready`, or the signal's reason. */
  enter(demand: Demand, signal: AbortSignal): Promise<Admitted> {
    this.#checkPossible(demand);
    const { queuePerFunction, queueTotal } = this.#limits;
    if (this.#queue.size >= queueTotal || this.#queue.sizeOf(demand.key) >= queuePerFunction)
      throw overloaded();
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      this.#waitingBytes += demand.memoryBytes;
      const leave = this.#queue.push(demand.key, {
        demand,
        grant: (admitted) => {
          this.#waitingBytes -= demand.memoryBytes;
          signal.removeEventListener('abort', gone);
          resolve(admitted);
        },
      });
      const gone = (): void => {
        leave();
        this.#waitingBytes -= demand.memoryBytes;
        reject(signal.reason as Error);
        this.#serve();
      };
      signal.addEventListener('abort', gone, { once: true });
    });
  }

  /** Changes the budget, for example because templates took or gave back memory. */
  setMemoryBytes(memoryBytes: number): void {
    this.#limits = { ...this.#limits, memoryBytes };
    this.#serve();
  }

  #checkPossible(demand: Demand): void {
    if (demand.memoryBytes <= this.#limits.memoryBytes && demand.cpuMillis <= this.#limits.cpuMillis) return;
    throw new PlatformError('not_ready', "a call of this function needs more than this node's whole budget", {
      hint: 'Lower resources.limits of the function or use a larger node.',
      data: { memoryBytes: demand.memoryBytes, cpuMillis: demand.cpuMillis },
    });
  }

  #admit(demand: Demand): Admitted {
    this.#running.count(demand.key, demand, 1);
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        this.#running.count(demand.key, demand, -1);
        this.#serve();
      },
    };
  }

  /** One that has enough already holds back nobody else. */
  #fitsFunction(demand: Demand): boolean {
    return (
      this.#isBelowConcurrency(demand) &&
      this.#isFair(demand, 'cpuMillis') &&
      this.#isFair(demand, 'memoryBytes')
    );
  }

  #isBelowConcurrency({ key, concurrency }: Demand): boolean {
    return concurrency === 0 || this.#running.callsOf(key) < concurrency;
  }

  #isFair(demand: Demand, resource: 'memoryBytes' | 'cpuMillis'): boolean {
    const call = { needs: demand[resource], limit: this.#limits[resource] };
    return this.#running.isFair(resource, demand.key, call);
  }

  #fitsNode({ memoryBytes, cpuMillis }: Demand): boolean {
    const { total } = this.#running;
    return (
      total.memoryBytes + memoryBytes <= this.#limits.memoryBytes &&
      total.cpuMillis + cpuMillis <= this.#limits.cpuMillis
    );
  }

  /** A call of another function waits for the node: a new call must not overtake it. */
  #nodeIsFull(): boolean {
    const next = this.#queue.first(({ demand }) => this.#fitsFunction(demand));
    return next !== undefined && !this.#fitsNode(next.demand);
  }

  #serve(): void {
    for (;;) {
      const next = this.#queue.first(({ demand }) => this.#fitsFunction(demand));
      if (!next || !this.#fitsNode(next.demand)) return;
      this.#queue.shift(next.demand.key);
      next.grant(this.#admit(next.demand));
    }
  }
}

function overloaded(): PlatformError {
  return new PlatformError('too_many_requests', 'too many calls are waiting', {
    hint: 'Try again after the time in Retry-After.',
    data: { retryAfterSeconds: 1 },
  });
}
