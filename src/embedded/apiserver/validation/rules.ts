import { compileRule } from '../cel/compile-rule.ts';
import { CelError } from '../cel/values.ts';
import {
  childPath,
  isRecord,
  propertySchema,
  type StructuralSchema,
  type ValidationRule,
} from '../schema/structural-schema.ts';
import type { FieldError } from '../status/field-error.ts';

interface Place {
  readonly path: string;
  /** The value there before an update, where the two can be told to be the same place. */
  readonly old: unknown;
}

/** Evaluates the `x-kubernetes-validations` of a schema on a value that fits the schema otherwise. */
export function ruleErrors(value: unknown, schema: StructuralSchema, { path, old }: Place): FieldError[] {
  if (value === null || value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) =>
    checkRule(rule, value, { path, old }),
  );
  return [...own, ...childErrors(value, schema, { path, old })];
}

function childErrors(value: unknown, schema: StructuralSchema, { path, old }: Place): FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return [];
    return value.flatMap((item, index) =>
      ruleErrors(item, items, { path: `${path}[${index}]`, old: oldItem(item, old, schema) }),
    );
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, child]) => {
    const property = propertySchema(schema, name);
    const before = isRecord(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    return property ? ruleErrors(child, property, { path: childPath(path, name), old: before }) : [];
  });
}

/** Only items of lists of type map have an identity. */
function oldItem(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (!keys || !Array.isArray(old) || !isRecord(item)) return undefined;
  return old.find((other) => isRecord(other) && keys.every((key) => other[key] === item[key]));
}

function checkRule(rule: ValidationRule, value: unknown, place: Place): FieldError[] {
  const compiled = compileRule(rule.rule);
  if (compiled.usesOldSelf && place.old === undefined && rule.optionalOldSelf !== true) return [];
  const scope = new Map<string, unknown>([
    ['self', value],
    ['oldSelf', place.old],
  ]);
  try {
    return compiled.evaluate(scope) === true
      ? []
      : [ruleError(rule, value, place.path, messageOf(rule, scope))];
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return [
      ruleError(rule, value, place.path, `${error.message} evaluating rule: ${rule.message ?? rule.rule}`),
    ];
  }
}

function messageOf(rule: ValidationRule, scope: ReadonlyMap<string, unknown>): string {
  const fallback = rule.message ?? `failed rule: ${rule.rule.trim()}`;
  if (rule.messageExpression === undefined) return fallback;
  try {
    const message = compileRule(rule.messageExpression).evaluate(scope);
    return typeof message === 'string' && message.trim() !== '' ? message : fallback;
  } catch {
    return fallback;
  }
}

const leads: Readonly<Record<string, string>> = {
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
};

/** Objects and lists are not repeated in the message. */
function ruleError(rule: ValidationRule, value: unknown, path: string, detail: string): FieldError {
  const reason = rule.reason ?? 'FieldValueInvalid';
  const lead = leads[reason] ?? 'Invalid value';
  const shown =
    typeof value === 'object' || lead === 'Forbidden' || lead === 'Required value'
      ? ''
      : `: ${JSON.stringify(value)}`;
  const body = lead === 'Duplicate value' ? `${lead}${shown}` : `${lead}${shown}: ${detail}`;
  return { reason, field: path === '' ? '<nil>' : path + (rule.fieldPath ?? ''), body };
}

/** What is wrong with the rules of a schema node: they have to compile when the definition is written. */
export function ruleSyntaxErrors(
  schema: StructuralSchema,
): { index: number; message: string; rule: string }[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap(({ rule }, index) => {
    const problem = compileProblem(rule);
    return problem === undefined ? [] : [{ index, rule, message: problem }];
  });
}

function compileProblem(rule: string): string | undefined {
  try {
    compileRule(rule);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
