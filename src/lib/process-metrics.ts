import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Statistics over delays of the event loop need a timer that wakes an idle process a hundred times a second. */
const sampled = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'];
const neverMs = 2 ** 31 - 1;

/** What Prometheus' clients tell of a process, as far as it costs nothing while nobody asks; the delay is that at the time of the question. */
export function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: neverMs });
  for (const name of sampled) register.removeSingleMetric(`nodejs_eventloop_lag_${name}_seconds`);
}
