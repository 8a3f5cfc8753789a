import { Counter, Histogram, type Registry } from 'prom-client';
import type { FinishedCall } from '../calls/call-output.ts';
import type { Outcome } from '../calls/call-record.ts';
import { LabelLimiter, methodLabel, type FunctionLabels } from './label-limiter.ts';
import { Series } from './series.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Outcomes that are the caller's own doing: calls, but not failures of a function. */
const notFailures = new Set<Outcome>(['ok', 'not_found', 'bad_request', 'caller_gone', 'body_too_large']);

/** The three metrics of the original server with more labels, and where the time of calls went. */
export class CallMetrics {
  readonly #limiter: LabelLimiter;
  readonly #series = new Series();
  readonly #duration;
  readonly #calls;
  readonly #failures;
  readonly #phases;
  readonly #starts;

  /** @param maxFunctions functions with series of their own */
  constructor(registers: Registry[], maxFunctions: number) {
    this.#limiter = new LabelLimiter(maxFunctions);
    const labels = ['namespace', 'function', 'method', 'outcome', 'start'] as const;
    this.#duration = new Histogram({
      name: 'function_duration_seconds',
      help: 'From the arrival of a call to the last byte of its answer.',
      labelNames: ['namespace', 'function', 'method', 'start'],
      buckets: seconds,
      registers,
    });
    const calls = { help: 'Calls, 404 for unknown functions included.', labelNames: labels, registers };
    this.#calls = new Counter({ name: 'function_calls_total', ...calls });
    const failures = { help: 'Calls that failed: by the function, its limits or the platform.', registers };
    this.#failures = new Counter({
      name: 'function_failures_total',
      labelNames: ['namespace', 'function', 'method', 'outcome'],
      ...failures,
    });
    this.#phases = new Histogram({
      name: 'kontain_call_phase_seconds',
      help: 'Where the time of calls went: queue (waiting for room), start (for a Kontainer), exchange (the rest).',
      labelNames: ['phase'],
      buckets: seconds,
      registers,
    });
    this.#starts = new Histogram({
      name: 'kontain_start_seconds',
      help: 'Time to get a Kontainer, by how it came to be: waiting, fork, first or cold.',
      labelNames: ['start'],
      buckets: seconds,
      registers,
    });
  }

  observe({ namespace, name, record, kontainer }: FinishedCall): void {
    const owner = this.#limiter.labels(namespace, name);
    const method = methodLabel(record.method);
    const start = kontainer?.start ?? 'none';
    this.#count(owner, { method, start, outcome: record.outcome });
    this.#series.note(owner, ['duration', this.#duration], { ...owner, method, start });
    this.#duration.observe({ ...owner, method, start }, record.totalMs / 1000);
    if (!kontainer) return;
    const { queueMs, startMs } = kontainer;
    this.#phases.observe({ phase: 'queue' }, queueMs / 1000);
    this.#phases.observe({ phase: 'start' }, startMs / 1000);
    this.#phases.observe({ phase: 'exchange' }, Math.max(0, record.totalMs - queueMs - startMs) / 1000);
    this.#starts.observe({ start }, startMs / 1000);
  }

  /** A function is gone: so are its series. */
  remove(namespace: string, name: string): void {
    const owner = this.#limiter.remove(namespace, name);
    if (owner) this.#series.remove(owner);
  }

  #count(owner: FunctionLabels, call: { method: string; start: string; outcome: Outcome }): void {
    const labels = { ...owner, ...call };
    this.#series.note(owner, ['calls', this.#calls], labels);
    this.#calls.inc(labels);
    if (notFailures.has(call.outcome)) return;
    const failed = { ...owner, method: call.method, outcome: call.outcome };
    this.#series.note(owner, ['failures', this.#failures], failed);
    this.#failures.inc(failed);
  }
}
