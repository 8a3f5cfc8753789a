import type { Aspect, Figure } from '../measure/contender.ts';
import { isMet, relate } from '../measure/relation.ts';
import type { Result } from '../measure/rounds.ts';
import { p50Ms, perSecond } from '../measure/sample.ts';
import { median, medianOfPairs } from '../measure/statistics.ts';
import type { Target } from '../targets.ts';

export interface Verdict extends Target {
  /** Medians of the rounds; NaN when it was not measured. */
  subjectValue: number;
  limitValue: number;
  /** Median of what relates the two in each round. */
  value: number;
  met: boolean;
  aimMet: boolean | null;
}

export interface GroupReport {
  group: string;
  results: Result[];
  verdicts: Verdict[];
  figures: Figure[];
  /** Why the group could not be measured. */
  failure?: string;
}

export function judge(target: Target, results: readonly Result[]): Verdict {
  const subject = values(results, target.subject, target.aspect, target.by);
  const limit = values(results, target.limit, target.aspect, target.by);
  const value = medianOfPairs(subject, limit, relate(target.relation));
  return {
    ...target,
    subjectValue: median(subject),
    limitValue: median(limit),
    value,
    met: isMet(target.relation, value),
    aimMet: target.aim === undefined ? null : isMet(target.aim, value),
  };
}

function values(results: readonly Result[], contender: string, aspect: Aspect, by: Target['by']): number[] {
  const result = results.find((result) => result.contender === contender);
  const samples = result?.samples[aspect] ?? [];
  return samples.map((sample) =>
    sample.micros.length === 0 ? Number.NaN : by === 'p50' ? p50Ms(sample) : perSecond(sample),
  );
}
