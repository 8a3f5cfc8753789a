/** Where calls spent their time, as faas-server itself says (its /metrics). */
export interface Phases {
  /** Mean milliseconds of a call by phase: queue, start, exchange. */
  meanMs: Record<string, number>;
  /** Share of the calls by how their Kontainer came to be: waiting, fork, first, cold. */
  starts: Record<string, number>;
}

/** Totals since faas-server started, by label value. */
interface Totals {
  seconds: Map<string, number>;
  calls: Map<string, number>;
  starts: Map<string, number>;
}

/** Runs `work` and tells what the calls in it spent their time with. */
export async function withPhases<T>(port: number, work: () => Promise<T>): Promise<[T, Phases]> {
  const before = parseTotals(await fetchMetrics(port));
  const result = await work();
  return [result, difference(before, parseTotals(await fetchMetrics(port)))];
}

async function fetchMetrics(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** Prometheus' text format, as far as these series need it. */
export function parseTotals(text: string): Totals {
  return {
    seconds: byLabel(text, /^kontain_call_phase_seconds_sum\{phase="(\w+)"\} (\S+)$/gm),
    calls: byLabel(text, /^kontain_call_phase_seconds_count\{phase="(\w+)"\} (\S+)$/gm),
    starts: byLabel(text, /^kontain_start_seconds_count\{start="(\w+)"\} (\S+)$/gm),
  };
}

function byLabel(text: string, line: RegExp): Map<string, number> {
  return new Map(text.matchAll(line).map(([, label = '', value]) => [label, Number(value)]));
}

export function difference(before: Totals, after: Totals): Phases {
  const grown = (key: keyof Totals, label: string) =>
    (after[key].get(label) ?? 0) - (before[key].get(label) ?? 0);
  const phases = [...after.seconds.keys()];
  const starts = [...after.starts.keys()].filter((start) => grown('starts', start) > 0);
  const calls = starts.reduce((sum, start) => sum + grown('starts', start), 0);
  return {
    meanMs: Object.fromEntries(
      phases.map((phase) => [phase, (grown('seconds', phase) * 1000) / grown('calls', phase)]),
    ),
    starts: Object.fromEntries(starts.map((start) => [start, grown('starts', start) / calls])),
  };
}
