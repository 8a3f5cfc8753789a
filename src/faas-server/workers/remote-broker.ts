import { toPlatformError } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CallBroker, CallLease, CallRequest } from '../calls/call-broker.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import { errorMessage, fromErrorMessage, type PrimaryMessage, type WorkerEnd } from './messages.ts';
import { Questions } from './questions.ts';
import { RemoteLease } from './remote-lease.ts';

interface Waiting {
  request: CallRequest;
  resolve(lease: CallLease): void;
  reject(error: Error): void;
}

/** The broker of a worker process: asks the primary, which owns the Kontainers. */
export class RemoteBroker implements CallBroker {
  readonly #channel: WorkerEnd;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #leases = new Map<number, RemoteLease>();
  readonly #looks = new Questions<boolean>();
  #calls = 0;

  constructor(channel: WorkerEnd, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
    channel.onMessage((message) => this.#handle(message));
  }

  /** The routes of what was found come through the same channel, and before the answer. */
  look(candidates: readonly RouteCandidate[]): Promise<boolean> {
    return this.#looks.ask((ask) => this.#channel.send({ type: 'look', ask, candidates }));
  }

  acquire(request: CallRequest, signal: AbortSignal): Promise<CallLease> {
    this.#calls += 1;
    const call = this.#calls;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const abandon = (): void => {
        this.#waiting.delete(call);
        this.#channel.send({ type: 'abandon', call, error: errorMessage(toPlatformError(signal.reason)) });
        reject(signal.reason as Error);
      };
      const settle = (): void => signal.removeEventListener('abort', abandon);
      signal.addEventListener('abort', abandon, { once: true });
      this.#waiting.set(call, {
        request,
        resolve: (lease) => [settle(), resolve(lease)],
        reject: (error) => [settle(), reject(error)],
      });
      const { requestId, candidates, arrivedAt } = request;
      const elapsedMs = this.#clock.monotonic() - arrivedAt;
      this.#channel.send({ type: 'acquire', call, requestId, candidates, elapsedMs });
    });
  }

  refused(record: CallRecord, candidates: readonly RouteCandidate[]): void {
    this.#channel.send({ type: 'refused', record, candidates });
  }

  /** Kills the Kontainers of all calls of this worker. */
  killAll(): void {
    for (const lease of this.#leases.values()) lease.kill('shutdown');
  }

  #handle(message: PrimaryMessage): void {
    if (message.type === 'lease') this.#lease(message);
    else if (message.type === 'failed') this.#take(message.call)?.reject(fromErrorMessage(message.error));
    else if (message.type === 'looked') this.#looks.answer(message.ask, message.found);
    else if (message.type === 'exited') {
      this.#leases.get(message.call)?.end(message.exit);
      this.#leases.delete(message.call);
    }
  }

  #lease({ call, lease }: Extract<PrimaryMessage, { type: 'lease' }>): void {
    const waiting = this.#take(call);
    // Abandoned meanwhile: the primary knows, and frees it.
    if (!waiting) return;
    const remote = new RemoteLease({ call, lease, channel: this.#channel, request: waiting.request });
    this.#leases.set(call, remote);
    waiting.resolve(remote);
  }

  #take(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }
}
