import type { KontainerSpec } from '../../kontainer/spec.ts';
import type { Demand } from './admission.ts';

/** What a call without a CPU limit is counted as: one core. */
const unlimitedCpuMillis = 1000;

/** What a call takes from the node while it runs: its limits, so that the node never runs out because of calls. */
export function demandOf({ namespace, name, limits, concurrency }: KontainerSpec): Demand {
  return {
    key: `${namespace}/${name}`,
    memoryBytes: limits.memoryBytes,
    cpuMillis: limits.cpuMillis === 0 ? unlimitedCpuMillis : limits.cpuMillis,
    concurrency,
  };
}
