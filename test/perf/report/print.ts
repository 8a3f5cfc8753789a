import { aspects, type Aspect, type Figure } from '../measure/contender.ts';
import { formatRelated, formatRelation } from '../measure/relation.ts';
import type { Result } from '../measure/rounds.ts';
import { joinSamples, p50Ms, perSecond } from '../measure/sample.ts';
import { median, percentile } from '../measure/statistics.ts';
import { formatPhases } from './print-phases.ts';
import { formatBytes, formatNumber, formatTable } from './table.ts';
import { titles } from './titles.ts';
import type { GroupReport, Verdict } from './verdict.ts';

/** What was measured (p50 / p99 in ms, calls a second), where our time went, what was promised, and what failed. */
export function formatReport(reports: readonly GroupReport[]): string {
  const failures = reports.flatMap(({ group, failure }) =>
    failure === undefined ? [] : [`${group}: not measured: ${failure.trimEnd()}`],
  );
  const parts = [...reports.map(formatMeasured), ...formatPhases(reports), formatPromised(reports)];
  return [...parts, ...failures, ...errorLines(reports)].filter((text) => text !== '').join('\n\n');
}

function formatPromised(reports: readonly GroupReport[]): string {
  const rows = reports.flatMap(({ group, verdicts, figures }) => [
    ...verdicts.map((verdict) => verdictRow(group, verdict)),
    ...figures.map((figure) => figureRow(group, figure)),
  ]);
  const head = ['', 'what', 'how', 'measured', 'limit', 'relation', 'target', 'met', 'aim'];
  return rows.length === 0 ? '' : formatTable([head, ...rows]);
}

function formatMeasured({ group, results }: GroupReport): string {
  const used = aspects.filter((aspect) => results.some(({ samples }) => samples[aspect]));
  if (used.length === 0) return '';
  const head = [group, ...used.map((aspect) => titles[aspect])];
  return formatTable([
    head,
    ...results.map((result) => [`  ${result.contender}`, ...used.map((aspect) => cell(result, aspect))]),
  ]);
}

function cell({ samples }: Result, aspect: Aspect): string {
  const rounds = samples[aspect];
  if (rounds === undefined) return '';
  if (aspect === 'throughput') return `${formatNumber(median(rounds.map(perSecond)))}/s`;
  const p99 = percentile(joinSamples(rounds).micros, 0.99) / 1000;
  return `${formatNumber(median(rounds.map(p50Ms)))} / ${formatNumber(p99)} ms`;
}

function verdictRow(group: string, verdict: Verdict): string[] {
  const { subject, limit, aspect, by, relation, value, aim } = verdict;
  const unit = by === 'p50' ? ' ms' : '/s';
  const reached = verdict.aimMet ? 'reached' : 'missed';
  return [
    group,
    subject,
    titles[aspect],
    formatNumber(verdict.subjectValue) + unit,
    `${limit} ${formatNumber(verdict.limitValue)}${unit}`,
    formatRelated(relation, value),
    formatRelation(relation),
    verdict.met ? 'yes' : 'NO',
    aim === undefined ? '' : `${formatRelation(aim)} ${reached}`,
  ];
}

function figureRow(group: string, { name, value, atMost, note }: Figure): string[] {
  const bound =
    atMost === undefined ? ['', ''] : [`≤ ${formatBytes(atMost)}`, value <= atMost ? 'yes' : 'NO'];
  return [group, name, '', formatBytes(value), '', '', ...bound, note];
}

function errorLines(reports: readonly GroupReport[]): string[] {
  const lines = reports.flatMap(({ group, results }) =>
    results.flatMap(({ contender, samples }) => {
      const { errors, firstError, micros } = joinSamples(Object.values(samples).flat());
      return errors === 0
        ? []
        : [`${group}, ${contender}: ${errors} of ${errors + micros.length} failed: ${firstError}`];
    }),
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}
