import type * as z from 'zod';
import { imageKind, type Image } from './image.ts';
import type { KindDefinition } from './kind.ts';

export type Validation<T> =
  | { ok: true; value: T }
  /** One sentence each, beginning with the path of the field. */
  | { ok: false; problems: readonly string[]; causes: readonly FieldProblem[] };

/** As in a Kubernetes Status: `spec.env[2].name`, or empty for the object as a whole, and what to write there. */
export interface FieldProblem {
  field: string;
  message: string;
}

/**
 * Checks an object of any origin as the API server would with today's CRD. `value` has neither unknown fields nor a
 * status: what a program once wrote there must not keep a good spec from being used.
 */
export function validate<S extends z.ZodObject>(
  kind: KindDefinition<S>,
  object: unknown,
): Validation<z.infer<S>> {
  const result = kind.schema.safeParse(withoutStatus(object), { reportInput: true });
  if (!result.success) return refusal(result.error.issues.map(toProblem));
  const broken = kind.rules.filter(({ holds }) => !holds(result.data));
  if (broken.length > 0) return refusal(broken.map(({ message }) => ({ field: '', message })));
  return { ok: true, value: result.data };
}

function refusal(causes: readonly FieldProblem[]): { ok: false } & Validation<never> {
  const problems = causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return { ok: false, problems, causes };
}

function withoutStatus(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || !('status' in object)) return object;
  const { status: _, ...rest } = object;
  return rest;
}

export function validateImage(object: unknown): Validation<Image> {
  return validate(imageKind, object);
}

function toProblem(issue: z.core.$ZodIssue): FieldProblem {
  return { field: formatPath(issue.path), message: wording(issue) };
}

/** zod's own messages talk about types; these say what to write. Those of our rules do already. */
function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const what = `write ${nouns[issue.expected] ?? issue.expected}`;
    return issue.input === undefined ? `is required; ${what}` : what;
  }
  if (issue.code === 'invalid_value') return `write one of: ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big') return `write at most ${issue.maximum}${counted[issue.origin] ?? ''}`;
  if (issue.code === 'too_small') return `write at least ${issue.minimum}${counted[issue.origin] ?? ''}`;
  return issue.message;
}

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const counted: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

/** `spec.env[2].name` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
