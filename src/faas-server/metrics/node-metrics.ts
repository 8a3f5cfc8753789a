import { Gauge, type Registry } from 'prom-client';
import type { Admission } from '../admission/admission.ts';
import { templateBytes } from '../functions/idle-sweep.ts';
import type { FunctionTable } from '../functions/function-table.ts';

export interface NodeMetricsOptions {
  registry: Registry;
  table: FunctionTable;
  admission: Admission;
  /** Kontainers that run a call now. */
  running: () => number;
}

/** Gauges of what the node holds, read when they are asked for. */
export function registerNodeMetrics({ registry, table, admission, running }: NodeMetricsOptions): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    registry.registerMetric(gauge);
  };
  gauge('kontain_functions', 'Functions on this node.', () => table.size);
  gauge(
    'kontain_active_functions',
    'Functions with a spec and a Template in memory.',
    () => [...table.active()].length,
  );
  gauge('kontain_template_bytes', 'Memory of templates and waiting Kontainers.', () => templateBytes(table));
  gauge('kontain_calls_in_flight', 'Kontainers that run a call.', running);
  gauge('kontain_calls_waiting', 'Calls that wait for room.', () => admission.usage.waiting);
  gauge(
    'kontain_budget_memory_bytes',
    'Memory that calls may take.',
    () => admission.usage.limits.memoryBytes,
  );
  gauge(
    'kontain_budget_memory_used_bytes',
    'Sum of the limits of running calls.',
    () => admission.usage.memoryBytes,
  );
  gauge('kontain_budget_cpu_millis', 'CPU that calls may take.', () => admission.usage.limits.cpuMillis);
  gauge(
    'kontain_budget_cpu_used_millis',
    'Sum of the CPU of running calls.',
    () => admission.usage.cpuMillis,
  );
}
