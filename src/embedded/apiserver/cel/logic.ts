import { expression, type Expression, type Scope } from './expression.ts';
import { asBoolean, CelError } from './values.ts';

/**
 * `||` (deciding = true) and `&&` (deciding = false). As cel-spec has it, either side may decide: an error on one side
 * counts only when the other does not decide.
 */
export function either(left: Expression, right: Expression, deciding: boolean): Expression {
  return expression((scope) => {
    const first = attempt(left, scope);
    if (first.value === deciding) return deciding;
    const second = attempt(right, scope);
    if (second.value === deciding) return deciding;
    if (first.error !== undefined) throw first.error;
    if (second.error !== undefined) throw second.error;
    return !deciding;
  });
}

function attempt({ evaluate }: Expression, scope: Scope): { value?: boolean; error?: Error } {
  try {
    return { value: asBoolean(evaluate(scope)) };
  } catch (error) {
    if (error instanceof CelError) return { error };
    throw error;
  }
}

export function negate({ evaluate }: Expression): Expression {
  return expression((scope) => !asBoolean(evaluate(scope)));
}

export function negative({ evaluate }: Expression): Expression {
  return expression((scope) => {
    const value = evaluate(scope);
    if (typeof value === 'number') return -value;
    throw new CelError('no such overload');
  });
}
