import { invalid, tooLong, type FieldError } from '../status/field-error.ts';
import { dns1123Subdomain, patternMessage } from './names.ts';

const nameExpression = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueExpression = `(${nameExpression})?`;
const wholeName = new RegExp(`^(?:${nameExpression})$`);
const wholeValue = new RegExp(`^(?:${valueExpression})$`);
const maximumAnnotationBytes = 256 * 1024;

const namePattern = {
  expression: nameExpression,
  examples: ['MyName', 'my.name', '123-abc'],
  message:
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
};

/** What is wrong with a label key, annotation key or finalizer (`[prefix/]name`). */
export function qualifiedNameProblems(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    const hint = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
    return [`a valid label key ${patternMessage(namePattern)}${hint}`];
  }
  const name = parts.at(-1) ?? '';
  return [...(parts.length === 2 ? prefixProblems(parts[0] ?? '') : []), ...namePartProblems(name)];
}

function prefixProblems(prefix: string): string[] {
  if (prefix === '') return ['prefix part must be non-empty'];
  return dns1123Subdomain(prefix).map((problem) => `prefix part ${problem}`);
}

function namePartProblems(name: string): string[] {
  return [
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 bytes'] : []),
    ...(wholeName.test(name) ? [] : [`name part ${patternMessage(namePattern)}`]),
  ];
}

export function labelValueProblems(value: string): string[] {
  const pattern = {
    expression: valueExpression,
    examples: ['MyValue', 'my_value', '12345'],
    message:
      "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  };
  return [
    ...(value.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(wholeValue.test(value) ? [] : [patternMessage(pattern)]),
  ];
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalid(field, key, problem)),
    ...labelValueProblems(value).map((problem) => invalid(field, value, problem)),
  ]);
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  field: string,
): FieldError[] {
  const entries = Object.entries(annotations);
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return [
    ...entries.flatMap(([key]) =>
      qualifiedNameProblems(key.toLowerCase()).map((problem) => invalid(field, key, problem)),
    ),
    ...(bytes > maximumAnnotationBytes ? [tooLong(field, maximumAnnotationBytes)] : []),
  ];
}
