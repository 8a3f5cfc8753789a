/** How a subject has to stand against a limit that was measured in the same rounds. */
export type Relation =
  | { kind: 'atMostTimes'; times: number }
  | { kind: 'atLeastTimes'; times: number }
  | { kind: 'atMostOver'; ms: number };

export const relate =
  ({ kind }: Relation) =>
  (subject: number, limit: number): number =>
    kind === 'atMostOver' ? subject - limit : subject / limit;

export function isMet(relation: Relation, value: number): boolean {
  if (relation.kind === 'atMostTimes') return value <= relation.times;
  return relation.kind === 'atMostOver' ? value <= relation.ms : value >= relation.times;
}

/** `≤ 3×` and the like. */
export function formatRelation(relation: Relation): string {
  if (relation.kind === 'atMostOver') return `≤ +${relation.ms} ms`;
  return `${relation.kind === 'atMostTimes' ? '≤' : '≥'} ${relation.times}×`;
}

export function formatRelated({ kind }: Relation, value: number): string {
  if (!Number.isFinite(value)) return '–';
  return kind === 'atMostOver' ? `${value >= 0 ? '+' : ''}${value.toFixed(1)} ms` : `${value.toFixed(2)}×`;
}
