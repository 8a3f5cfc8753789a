/** Names that an expression can see. */
export type Scope = ReadonlyMap<string, unknown>;

/** A compiled part of a rule. `source` is there for `has()` and macros, which look at the form of their argument. */
export interface Expression {
  readonly evaluate: (scope: Scope) => unknown;
  readonly source:
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'select'; readonly operand: Expression; readonly field: string }
    | { readonly kind: 'other' };
}

export function expression(evaluate: Expression['evaluate']): Expression {
  return { evaluate, source: { kind: 'other' } };
}
