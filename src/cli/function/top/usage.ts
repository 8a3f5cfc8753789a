import type { Sample } from '../../data-plane/parse-metrics.ts';

/** What became of the calls of one function by one method, on all nodes. */
export interface Usage {
  name: string;
  namespace: string;
  method: string;
  calls: number;
  failures: number;
  seconds: number;
  message: string;
  outcomes: Map<string, number>;
  /** Where the Kontainers came from. */
  starts: Map<string, number>;
}

interface FunctionRef {
  name?: string;
  namespace?: string;
}

/** A row for each method; one of zeros for a function that was not called. */
export function usageOf(
  { name = '', namespace = '' }: FunctionRef,
  samples: readonly Sample[],
  message: string,
): Usage[] {
  const own = samples.filter(
    ({ labels }) => labels['function'] === name && labels['namespace'] === namespace,
  );
  const methods = [...new Set(own.map(({ labels }) => labels['method'] ?? ''))].sort();
  const all = methods.length === 0 ? [''] : methods;
  return all.map((method) => {
    const ofMethod = own.filter(({ labels }) => (labels['method'] ?? '') === method);
    return { name, namespace, method, message, ...totals(ofMethod) };
  });
}

function totals(samples: readonly Sample[]): Omit<Usage, 'name' | 'namespace' | 'method' | 'message'> {
  const named = (name: string) => samples.filter((sample) => sample.name === name);
  const calls = named('function_calls_total');
  return {
    calls: sum(calls),
    failures: sum(named('function_failures_total')),
    seconds: sum(named('function_duration_seconds_sum')),
    outcomes: sumBy(calls, 'outcome'),
    starts: sumBy(calls, 'start'),
  };
}

function sum(samples: readonly Sample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}

function sumBy(samples: readonly Sample[], label: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = labels[label] ?? '';
    counts.set(key, (counts.get(key) ?? 0) + value);
  }
  return counts;
}
