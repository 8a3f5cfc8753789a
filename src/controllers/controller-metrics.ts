import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ControllerMetrics } from '../kube/controller.ts';

/** `name` as metrics begin: `kontain_function_controller`. */
export function controllerMetrics(registry: Registry, name: string): ControllerMetrics {
  const registers = [registry];
  const outcomes = new Counter({
    name: `${name}_reconciles_total`,
    help: 'Reconciles by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: `${name}_reconcile_seconds`,
    help: 'Duration of a reconcile; builds run elsewhere',
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const queue = new Gauge({
    name: `${name}_queue_length`,
    help: 'Objects that wait for their turn',
    registers,
  });
  return {
    countOutcome: (outcome, count) => outcomes.inc({ outcome }, count),
    observeDuration: (duration) => seconds.observe(duration),
    setQueueLength: (length) => queue.set(length),
  };
}
