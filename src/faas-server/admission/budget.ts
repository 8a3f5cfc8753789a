export interface NodeMemory {
  /** Of the whole machine. */
  totalBytes: number;
  /** Limit of the cgroup this process is in; 0 without one. */
  constrainedBytes: number;
  /** Share of it that calls and templates may take. */
  share: number;
}

/** Memory that calls and templates may take together. */
export function memoryBudget({ totalBytes, constrainedBytes, share }: NodeMemory): number {
  const limited = constrainedBytes > 0 && constrainedBytes < totalBytes;
  return Math.floor((limited ? constrainedBytes : totalBytes) * share);
}

/**
 * CPU that running calls may have as limits together. Calls mostly wait for something or use far less than their limit, so
 * more is promised than there is; `overcommit` says how many times.
 */
export function cpuBudget({ cores, overcommit }: { cores: number; overcommit: number }): number {
  return cores * 1000 * overcommit;
}
