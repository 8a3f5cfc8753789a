import { AggregatorRegistry, type Registry } from 'prom-client';
import type { StatusPagesOptions } from '../status/status-pages.ts';

/** The metrics of all processes as one page: counters, histograms and gauges are added up. */
export function mergedMetrics(
  registry: Registry,
  others: () => Promise<object[][]>,
): StatusPagesOptions['metrics'] {
  return {
    contentType: registry.contentType,
    async metrics() {
      const lists = [await registry.getMetricsAsJSON(), ...(await others())];
      return AggregatorRegistry.aggregate(lists).metrics();
    },
  };
}
