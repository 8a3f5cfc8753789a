import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { LocalBroker } from '../calls/local-broker.ts';
import type { LocalLease } from '../calls/local-lease.ts';
import { errorMessage, fromErrorMessage, type PrimaryEnd, type WorkerMessage } from './messages.ts';

type Acquire = Extract<WorkerMessage, { type: 'acquire' }>;
type Look = Extract<WorkerMessage, { type: 'look' }>;

interface Call {
  message: Acquire;
  abort: AbortController;
  lease: LocalLease | undefined;
}

/** The primary's side of one worker: holds that worker's calls, and ends them when it dies. */
export class WorkerCalls {
  readonly #channel: PrimaryEnd;
  readonly #broker: LocalBroker;
  readonly #clock: Clock;
  readonly #calls = new Map<number, Call>();

  constructor(options: { channel: PrimaryEnd; broker: LocalBroker; clock: Clock }) {
    this.#channel = options.channel;
    this.#broker = options.broker;
    this.#clock = options.clock;
  }

  attach(): void {
    this.#channel.onMessage((message) => this.#handle(message));
    this.#channel.onClose(() => this.#endAll());
  }

  #handle(message: WorkerMessage): void {
    if (message.type === 'acquire') void this.#acquire(message);
    else if (message.type === 'look') void this.#look(message);
    else if (message.type === 'abandon') this.#abandon(message.call, fromErrorMessage(message.error));
    else if (message.type === 'kill') this.#calls.get(message.call)?.lease?.kill(message.reason);
    else if (message.type === 'finish') this.#finish(message.call, message.record);
    else if (message.type === 'refused') this.#broker.refused(message.record, message.candidates);
  }

  async #look({ ask, candidates }: Look): Promise<void> {
    const found = await this.#broker.look(candidates);
    this.#channel.send({ type: 'looked', ask, found });
  }

  async #acquire(message: Acquire): Promise<void> {
    const call: Call = { message, abort: new AbortController(), lease: undefined };
    this.#calls.set(message.call, call);
    const { requestId, candidates, elapsedMs } = message;
    const arrivedAt = this.#clock.monotonic() - elapsedMs;
    try {
      // The worker connects itself, and sends the environment then.
      const request = { requestId, candidates, arrivedAt, callEnv: () => ({}) };
      call.lease = await this.#broker.acquire(request, call.abort.signal);
    } catch (error) {
      this.#calls.delete(message.call);
      this.#channel.send({ type: 'failed', call: message.call, error: errorMessage(toPlatformError(error)) });
      return;
    }
    this.#handOver(message.call, call.lease);
    // Abandoned in the moment between.
    if (call.abort.signal.aborted) this.#abandon(message.call, toPlatformError(call.abort.signal.reason));
  }

  #handOver(call: number, lease: LocalLease): void {
    const { candidate, protocol, timeoutMs, start, queueMs, startMs, kontainer } = lease;
    const { socketPath } = kontainer;
    this.#channel.send({
      type: 'lease',
      call,
      lease: { candidate, protocol, timeoutMs, start, queueMs, startMs, socketPath },
    });
    void lease.exited.then((exit) => this.#channel.send({ type: 'exited', call, exit }));
  }

  #abandon(number: number, reason: PlatformError): void {
    const call = this.#calls.get(number);
    if (!call) return;
    call.abort.abort(reason);
    if (!call.lease) return;
    // It was handed over while the worker gave up: the worker records the call, only the Kontainer is left.
    call.lease.kill('caller_gone');
    call.lease.abandon();
    this.#calls.delete(number);
  }

  #finish(number: number, record: CallRecord): void {
    this.#calls.get(number)?.lease?.finish(record);
    this.#calls.delete(number);
  }

  #endAll(): void {
    for (const { lease, abort, message } of this.#calls.values()) {
      abort.abort(new PlatformError('internal', 'the worker process died'));
      lease?.kill('caller_gone');
      lease?.finish(lostRecord(message, this.#clock));
    }
    this.#calls.clear();
  }
}

/** What is known of a call whose worker died. */
function lostRecord({ requestId, candidates, elapsedMs }: Acquire, clock: Clock): CallRecord {
  return {
    requestId,
    time: clock.now() - elapsedMs,
    method: '',
    path: candidates[0] === undefined ? '' : candidates[0].prefix,
    status: 0,
    outcome: 'internal',
    reason: 'the worker process died',
    remote: '',
    bytesIn: 0,
    bytesOut: 0,
    firstByteMs: null,
    totalMs: elapsedMs,
  };
}
