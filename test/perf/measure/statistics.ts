/** The smallest value that at least `fraction` of the values do not exceed (nearest rank); NaN of nothing. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * Compares what was measured side by side, round by round: other work on the machine moves both values of a round, not
 * their relation. Rounds that lack a value are left out; NaN when none is left.
 */
export function medianOfPairs(
  left: readonly number[],
  right: readonly number[],
  relate: (left: number, right: number) => number,
): number {
  const pairs = left.map((value, index) => relate(value, right[index] ?? Number.NaN));
  return median(pairs.filter((value) => Number.isFinite(value)));
}
