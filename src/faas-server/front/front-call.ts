import type { Duplex } from 'node:stream';
import type { Exit, KillReason } from '../../kontainer/kontainer.ts';
import { PlatformError, toPlatformError } from '../../lib/errors.ts';
import type { CallLease } from '../calls/call-broker.ts';
import type { Outcome } from '../calls/call-record.ts';
import { timedOut } from '../calls/deadline.ts';
import { exchangeFor } from '../protocols/exchange-for.ts';
import { ClosedEarly } from '../protocols/exchange.ts';
import type { Route } from '../routes/route.ts';
import type { RouteCandidate } from '../routes/route-candidate.ts';
import { callEnvFor } from './call-env.ts';
import { CallerAnswer } from './caller-answer.ts';
import { CallerBody } from './caller-body.ts';
import { corsHeaders } from './cors.ts';
import { atMost, crashed, explainExit } from './explain-exit.ts';
import { functionHeaders } from './function-headers.ts';
import { recordOf, type RequestContext } from './request-context.ts';
import { traceparentOf } from './request-id.ts';
import { responseOver } from './response-over.ts';

/** After the function's side ended, its Exit is awaited so long to know why. */
const exitWaitMs = 1000;
/** Its end may be reported late: by a template that another function's fork bomb starves. The launcher gives up after 10 s. */
const lateExitWaitMs = 11_000;
/** A server that closes its connection goes on running; one that died closed it too, and its Exit is about to come. */
const crashWaitMs = 20;

export interface CallResult {
  outcome: Outcome;
  status: number;
  reason?: string;
}

/** One call of a function: from its route to the end of its answer. */
export class FrontCall {
  readonly #context: RequestContext;
  readonly #route: Route;
  readonly #abort = new AbortController();
  #body: CallerBody | undefined;
  #answer: CallerAnswer | undefined;
  #lease: CallLease | undefined;
  #stream: Duplex | undefined;

  constructor(context: RequestContext, route: Route) {
    this.#context = context;
    this.#route = route;
    const { response } = context;
    response.once('close', () => {
      if (!response.writableFinished) this.#cancel(callerGone(), 'caller_gone');
    });
  }

  /** Resolves when the function's answer is out. Rejects with PlatformError; the answer may have begun. */
  async run(): Promise<void> {
    const { front, request, response, arrivedAt } = this.#context;
    this.#body = new CallerBody(request, front.limits.bodyBytes);
    const lease = await this.#acquire();
    this.#lease = lease;
    const leftMs = lease.timeoutMs - (front.clock.monotonic() - arrivedAt);
    const timer = setTimeout(() => this.#cancel(timedOut(), 'timeout'), leftMs);
    try {
      this.#abort.signal.throwIfAborted();
      if (this.#context.expectsContinue) response.writeContinue();
      await this.#exchange(lease, this.#body);
      // The Kontainer is not needed while a slow caller reads the rest.
      lease.kill('done');
      await responseOver(response);
      this.#abort.signal.throwIfAborted();
    } catch (error) {
      throw await this.#explain(error, lease);
    } finally {
      clearTimeout(timer);
      this.#stream?.destroy();
    }
  }

  /** Once nothing more happens: frees everything and writes the record. */
  finish(result: CallResult): void {
    const record = recordOf(this.#context, {
      ...result,
      bytesIn: this.#body?.bytes ?? 0,
      bytesOut: this.#answer?.bytes ?? 0,
      firstByteAt: this.#answer?.firstByteAt ?? null,
    });
    if (this.#lease) this.#lease.finish(record);
    else this.#context.front.broker.refused(record, this.#route.candidates);
  }

  /** The function's own status; a 5xx is a failure that the function itself reports. */
  get answered(): CallResult {
    const status = this.#answer?.status ?? 0;
    return { status, outcome: status >= 500 ? 'function_error' : 'ok' };
  }

  #acquire(): Promise<CallLease> {
    const { front, request, requestId, arrivedAt } = this.#context;
    const { candidates } = this.#route;
    const callEnv = (chosen: RouteCandidate): Record<string, string> =>
      callEnvFor({ request, chosen, host: this.#route.host, headers: this.#headers(chosen) });
    return front.broker.acquire({ requestId, candidates, arrivedAt, callEnv }, this.#abort.signal);
  }

  #exchange(lease: CallLease, body: CallerBody): Promise<void> {
    const { front, request, response, requestId } = this.#context;
    const { candidate } = lease;
    const cors = corsHeaders(front.cors, { candidate, via: this.#route.via });
    const answer = new CallerAnswer({ response, requestId, cors, monotonic: () => front.clock.monotonic() });
    this.#answer = answer;
    this.#stream = lease.connect();
    return exchangeFor(lease.protocol)(this.#stream, {
      method: request.method ?? 'GET',
      target: candidate.target,
      url: candidate.prefix + candidate.target,
      headers: this.#headers(candidate),
      body,
      answer,
      limits: front.limits.exchange,
      verifyEnd: (end) => this.#verifyEnd(lease, end),
    });
  }

  #headers({ prefix }: RouteCandidate): string[] {
    const { front, request, requestId } = this.#context;
    const traceparent = traceparentOf(request, front.ids);
    return functionHeaders(request, { requestId, traceparent, prefix, host: this.#route.host });
  }

  async #verifyEnd(lease: CallLease, { expectExit }: { expectExit: boolean }): Promise<void> {
    const exit = await atMost(lease.exited, expectExit ? exitWaitMs : crashWaitMs);
    if (exit && (exit.outOfMemory || (exit.signal !== null && crashed(exit)))) throw new ClosedEarly();
  }

  #cancel(reason: PlatformError, kill: KillReason): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort(reason);
    this.#lease?.kill(kill);
    this.#stream?.destroy();
    // Also when the function is done and only the caller is too slow to read the rest.
    if (kill === 'timeout' && this.#context.response.headersSent) this.#context.response.destroy();
  }

  async #explain(error: unknown, lease: CallLease): Promise<PlatformError> {
    const { signal } = this.#abort;
    if (signal.aborted) return toPlatformError(signal.reason);
    if (!(error instanceof ClosedEarly)) return toPlatformError(error);
    return explainExit(await this.#exitOf(lease), error.message);
  }

  async #exitOf(lease: CallLease): Promise<Exit | undefined> {
    const exit = await atMost(lease.exited, exitWaitMs);
    if (exit !== undefined) return exit;
    lease.kill('closed');
    return atMost(lease.exited, lateExitWaitMs);
  }
}

function callerGone(): PlatformError {
  return new PlatformError('caller_gone', 'the caller closed the connection');
}
