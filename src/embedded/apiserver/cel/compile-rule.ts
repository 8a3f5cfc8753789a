import type { Scope } from './expression.ts';
import { Parser } from './parser.ts';
import { CelError } from './values.ts';

/** A rule in CEL (https://github.com/google/cel-spec), ready to be evaluated. */
export interface CompiledRule {
  readonly usesOldSelf: boolean;
  /** @throws CelError when it cannot be evaluated. */
  readonly evaluate: (scope: Scope) => unknown;
}

/**
 * Compiles the part of CEL that rules on custom resources use: literals, operators, field and index selection, `has`,
 * comprehensions, and the string functions listed in `functions.ts`. There is no static type check and no cost budget.
 * @throws SyntaxError for what is no rule or uses a function that is not there.
 */
export function compileRule(text: string): CompiledRule {
  const { evaluate } = new Parser(text).parse();
  return {
    usesOldSelf: /\boldSelf\b/.test(text),
    evaluate: (scope) => {
      try {
        return evaluate(scope);
      } catch (error) {
        // A pattern that is no regular expression shows only when it is used.
        if (error instanceof SyntaxError) throw new CelError(error.message);
        throw error;
      }
    },
  };
}
