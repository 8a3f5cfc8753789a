import type { z } from 'zod';
import { imageKind, type Image } from './image.ts';
import type { KindDefinition } from './kind.ts';

export type Validation<T> =
  | { ok: true; value: T }
  /** One sentence each, beginning with the path of the field. */
  | { ok: false; problems: readonly string[] };

/** Checks an object of any origin as the API server would with today's CRD. Unknown fields are left out of `value`. */
export function validate<S extends z.ZodObject>(
  kind: KindDefinition<S>,
  object: unknown,
): Validation<z.infer<S>> {
  const result = kind.schema.safeParse(object);
  if (!result.success) return { ok: false, problems: result.error.issues.map(sentence) };
  const problems = kind.rules.filter(({ holds }) => !holds(result.data)).map(({ message }) => message);
  return problems.length === 0 ? { ok: true, value: result.data } : { ok: false, problems };
}

export function validateImage(object: unknown): Validation<Image> {
  return validate(imageKind, object);
}

function sentence(issue: z.core.$ZodIssue): string {
  const path = formatPath(issue.path);
  const text = wording(issue);
  return path === '' ? text : `${path}: ${text}`;
}

/** zod's own messages talk about types; these say what to write. */
function wording(issue: z.core.$ZodIssue): string {
  const isMissing =
    issue.code === 'invalid_type' && issue.input === undefined && issue.message.includes('undefined');
  if (isMissing) return `is required; write a ${issue.expected}`;
  if (issue.code === 'invalid_value') return `write one of: ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

/** `spec.env[2].name` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
