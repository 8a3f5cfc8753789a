import { aspects } from '../measure/contender.ts';
import { median } from '../measure/statistics.ts';
import type { Sample } from '../measure/sample.ts';
import { titles } from './titles.ts';
import { formatNumber, formatTable } from './table.ts';
import type { GroupReport } from './verdict.ts';

const phases = ['queue', 'start', 'exchange'];
const starts = ['waiting', 'fork', 'first', 'cold'];

/** Where the time of our calls went, by faas-server's own account: what to look at when a target is missed. */
export function formatPhases(reports: readonly GroupReport[]): string[] {
  const rows = reports.flatMap(({ results }) =>
    results.flatMap(({ contender, samples }) =>
      aspects.flatMap((aspect) => {
        const rounds = samples[aspect]?.filter((sample) => sample.phases) ?? [];
        return rounds.length === 0 ? [] : [[`  ${contender}`, titles[aspect], ...cells(rounds)]];
      }),
    ),
  );
  const head = ['inside of faas-server', '', ...phases.map((name) => `${name} ms`), 'Kontainers'];
  return rows.length === 0 ? [] : [formatTable([head, ...rows])];
}

function cells(rounds: readonly Sample[]): string[] {
  const mean = (name: string) => median(rounds.map((sample) => sample.phases?.meanMs[name] ?? Number.NaN));
  const share = (name: string) => median(rounds.map((sample) => sample.phases?.starts[name] ?? 0));
  const shares = starts.filter((name) => share(name) > 0);
  return [
    ...phases.map((name) => formatNumber(mean(name))),
    shares.map((name) => `${(share(name) * 100).toFixed(0)} % ${name}`).join(', '),
  ];
}
