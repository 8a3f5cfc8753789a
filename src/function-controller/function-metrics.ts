import { Counter, type Registry } from 'prom-client';
import { controllerMetrics } from '../controllers/controller-metrics.ts';
import type { ControllerMetrics } from '../kube/controller.ts';

/** What function-controller counts; the registry comes from the program. */
export interface FunctionMetrics {
  /** Builds by how they ended: built, found (somebody had built it), or the reason of the failure. */
  builds: Counter<'result'>;
  controller: ControllerMetrics;
}

const prefix = 'kontain_function_controller';

export function functionMetrics(registry: Registry): FunctionMetrics {
  const builds = new Counter({
    name: `${prefix}_builds_total`,
    help: 'Builds by result',
    labelNames: ['result'],
    registers: [registry],
  });
  return { builds, controller: controllerMetrics(registry, prefix) };
}
