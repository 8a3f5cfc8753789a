import * as z from 'zod';
import { durationPattern } from './duration.ts';
import { parseBytes, parseNanos, quantityPattern } from './quantity.ts';

/**
 * One condition in two languages: CEL for the API server, TypeScript for programs that read objects stored before the
 * condition existed. Both say `message` when it does not hold.
 */
export interface Rule<T> {
  /** https://kubernetes.io/docs/reference/using-api/cel/ */
  cel: string;
  holds: (value: T) => boolean;
  /** What to write instead, as the end of a sentence that begins with the field's path. */
  message: string;
}

/** Attaches rules. Last in the chain: whatever zod makes from the result does not carry them. */
export function withRules<S extends z.ZodType>(
  schema: S,
  description: string,
  rules: readonly Rule<z.infer<S>>[],
): S {
  const checked = rules.reduce(
    (result, { holds, message }) => result.refine(holds, { error: message }),
    schema,
  );
  const validations = rules.map(({ cel, message }) => ({ rule: cel, message }));
  return checked.meta({ description, 'x-kubernetes-validations': validations });
}

export interface TextOptions {
  description: string;
  pattern: string;
  message: string;
  maxLength: number;
}

/** Text of a form. No JSON Schema `pattern`: its refusal shows the expression and not what to write. */
export function textMatching({ description, pattern, message, maxLength }: TextOptions): z.ZodString {
  const expression = new RegExp(pattern);
  const cel = `self.matches(${JSON.stringify(pattern)})`;
  return withRules(z.string().max(maxLength), description, [
    { cel, message, holds: (text) => expression.test(text) },
  ]);
}

/** A list of objects that a field tells apart; the API server refuses the second of a name. */
export function listByKey<S extends z.ZodObject>(
  item: S,
  key: string & keyof z.infer<S>,
  options: ListOptions,
) {
  const unique = (list: z.infer<S>[]) => new Set(list.map((element) => element[key])).size === list.length;
  return z
    .array(item)
    .max(options.maxItems)
    .refine(unique, { error: `write each ${key} once only` })
    .meta({
      description: options.description,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': [key],
    });
}

interface ListOptions {
  description: string;
  maxItems: number;
}

interface AmountOptions {
  description: string;
  pattern: string;
  /** Finds a digit that makes it more than nothing. */
  nonZero: string;
  message: string;
  /** Whether an empty text is taken, for clients that write all fields. */
  empty?: boolean;
  /** A quantity that it must not be under. */
  least?: string;
}

function amount({ description, pattern, nonZero, message, empty = false, least }: AmountOptions) {
  const [isValid, isNonZero] = [new RegExp(pattern), new RegExp(nonZero)];
  const text = [pattern, nonZero]
    .map((expression) => `self.matches(${JSON.stringify(expression)})`)
    .join(' && ');
  const textRule = empty ? `self == '' || (${text})` : `${text}${atLeast(least)}`;
  const leastNanos = least === undefined ? 0n : parseNanos(least);
  const holds = (value: string | number) =>
    typeof value === 'number'
      ? value > 0 && BigInt(value) * nano >= leastNanos
      : (empty && value === '') ||
        (isValid.test(value) &&
          isNonZero.test(value) &&
          (least === undefined || parseNanos(value) >= leastNanos));
  const leastNumber = least === undefined ? 'self > 0' : `self >= ${parseBytes(least)}`;
  return z
    .union([z.int(), z.string().max(32)], { error: message })
    .refine(holds, { error: message })
    .meta({
      description,
      'x-kubernetes-int-or-string': true,
      'x-kubernetes-validations': [{ rule: `type(self) == int ? ${leastNumber} : ${textRule}`, message }],
    });
}

const nano = 1_000_000_000n;

/** https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */
function atLeast(least: string | undefined): string {
  return least === undefined ? '' : ` && !quantity(self).isLessThan(quantity("${least}"))`;
}

const durationMessage = 'write whole seconds (30) or a duration such as 500ms, 30s, 2m or 1h30m';

/** More than nothing; parse it with parseDuration. */
export function duration(description: string) {
  return amount({ description, message: durationMessage, pattern: durationPattern, nonZero: '[1-9]' });
}

/** As duration; an empty text is the same as none. */
export function durationOrEmpty(description: string) {
  const options = { description, message: durationMessage, pattern: durationPattern, nonZero: '[1-9]' };
  return amount({ ...options, empty: true });
}

/** More than nothing; parse it with parseBytes or parseCpuMillis. */
export function quantity(description: string, example: string) {
  const message = `write a quantity such as ${example}`;
  return amount({ description, message, pattern: quantityPattern, nonZero: '^[0.]*[1-9]' });
}

/** As quantity, of bytes, and not under `least`. */
export function sizeAtLeast(description: string, least: string, example: string) {
  const message = `write ${least} or more, such as ${example}: a number alone is bytes`;
  return amount({ description, message, pattern: quantityPattern, nonZero: '^[0.]*[1-9]', least });
}
