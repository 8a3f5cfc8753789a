import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ControllerMetrics } from '../kube/controller.ts';

/** What function-controller counts; the registry comes from the program. */
export interface FunctionMetrics {
  /** Builds by how they ended: built, found (somebody had built it), or the reason of the failure. */
  builds: Counter<'result'>;
  controller: ControllerMetrics;
}

const prefix = 'kontain_function_controller';

export function functionMetrics(registry: Registry): FunctionMetrics {
  const registers = [registry];
  const builds = new Counter({
    name: `${prefix}_builds_total`,
    help: 'Builds by result',
    labelNames: ['result'],
    registers,
  });
  return { builds, controller: controllerMetrics(registers) };
}

function controllerMetrics(registers: Registry[]): ControllerMetrics {
  const outcomes = new Counter({
    name: `${prefix}_reconciles_total`,
    help: 'Reconciles by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: `${prefix}_reconcile_seconds`,
    help: 'Duration of a reconcile; builds run elsewhere',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const queue = new Gauge({
    name: `${prefix}_queue_length`,
    help: 'Functions that wait for their turn',
    registers,
  });
  return {
    countOutcome: (outcome, count) => outcomes.inc({ outcome }, count),
    observeDuration: (duration) => seconds.observe(duration),
    setQueueLength: (length) => queue.set(length),
  };
}
