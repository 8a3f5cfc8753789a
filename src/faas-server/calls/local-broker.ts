import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Admission, Admitted } from '../admission/admission.ts';
import { demandOf } from '../admission/demand.ts';
import type { ActiveFunction } from '../functions/active-function.ts';
import type { FunctionTable } from '../functions/function-table.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import type { CallBroker, CallRequest } from './call-broker.ts';
import type { CallObserver, OutputLog } from './call-output.ts';
import type { CallRecord } from './call-record.ts';
import { withDeadline } from './deadline.ts';
import { LocalLease } from './local-lease.ts';
import { startWithin } from './start-within.ts';

export interface LocalBrokerOptions {
  table: FunctionTable;
  admission: Admission;
  output: OutputLog;
  observe: CallObserver;
  clock: Clock;
}

/** The broker of the process that owns the Kontainers. */
export class LocalBroker implements CallBroker {
  readonly #options: LocalBrokerOptions;
  readonly #leases = new Set<LocalLease>();

  constructor(options: LocalBrokerOptions) {
    this.#options = options;
  }

  /** Kontainers that run a call now. */
  get running(): number {
    return this.#leases.size;
  }

  async look(candidates: readonly RouteCandidate[]): Promise<boolean> {
    const { table } = this.#options;
    const found = await Promise.all(candidates.map(({ namespace, name }) => table.look(namespace, name)));
    return found.includes(true);
  }

  async acquire(request: CallRequest, signal: AbortSignal): Promise<LocalLease> {
    const { table, clock } = this.#options;
    const chosen = request.candidates.find(({ namespace, name }) => table.has(namespace, name));
    if (!chosen) throw new PlatformError('not_found', 'there is no such function');
    const used = table.use(chosen.namespace, chosen.name);
    const active = used instanceof Promise ? await used : used;
    const leftMs = active.spec.timeoutMs - (clock.monotonic() - request.arrivedAt);
    try {
      return await withDeadline({ ms: leftMs, signal }, (within) =>
        this.#admitAndStart({ request, chosen, active }, within),
      );
    } catch (error) {
      active.release(clock.monotonic());
      throw error;
    }
  }

  refused(record: CallRecord, candidates: readonly RouteCandidate[]): void {
    const known = candidates.find(({ namespace, name }) => this.#options.table.has(namespace, name));
    const { namespace = null, name = null } = known ?? {};
    this.#options.observe({ namespace, name, record, kontainer: null });
  }

  /** Resolves when no Kontainer runs a call. */
  async idle(): Promise<void> {
    while (this.#leases.size > 0) await Promise.all([...this.#leases].map((lease) => lease.exited));
  }

  /** Kills the Kontainers of all calls. */
  killAll(): void {
    for (const lease of this.#leases) lease.kill('shutdown');
  }

  async #admitAndStart(call: Chosen, within: AbortSignal): Promise<LocalLease> {
    const { admission, clock } = this.#options;
    const queuedAt = clock.monotonic();
    const demand = demandOf(call.active.spec);
    const admitted = admission.tryEnter(demand) ?? (await admission.enter(demand, within));
    const admittedAt = clock.monotonic();
    try {
      return await this.#start(call, { within, admitted, admittedAt, queueMs: admittedAt - queuedAt });
    } catch (error) {
      admitted.release();
      throw error;
    }
  }

  async #start({ request, chosen, active }: Chosen, room: Room): Promise<LocalLease> {
    const { table, output, observe, clock } = this.#options;
    const identity = { namespace: chosen.namespace, name: chosen.name, requestId: request.requestId };
    let over = false;
    const end = (): void => {
      over = true;
      output.end(identity);
    };
    const kontainer = await startWithin(active.template, {
      output: (stream, chunk) => {
        // What a deleted function still prints would bring its log back, what comes after the end would stay in memory.
        if (!over && table.has(chosen.namespace, chosen.name)) output.write(identity, stream, chunk);
      },
      signal: room.within,
      ...(active.spec.protocol === 'cgi' ? { callEnv: request.callEnv(chosen) } : {}),
    }).catch((error: unknown) => {
      end();
      throw error;
    });
    const lease = new LocalLease({
      kontainer,
      candidate: chosen,
      spec: active.spec,
      queueMs: room.queueMs,
      startMs: clock.monotonic() - room.admittedAt,
      freed: () => {
        end();
        this.#leases.delete(lease);
        room.admitted.release();
        active.release(clock.monotonic());
      },
      over: observe,
    });
    this.#leases.add(lease);
    return lease;
  }
}

interface Chosen {
  request: CallRequest;
  chosen: RouteCandidate;
  active: ActiveFunction;
}

interface Room {
  within: AbortSignal;
  admitted: Admitted;
  admittedAt: number;
  queueMs: number;
}
