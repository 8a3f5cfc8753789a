import { isRecord } from '../schema/structural-schema.ts';

export interface FieldTerm {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/**
 * Parses `a=b,c!=d`. `\\`, `\=` and `\,` stand for themselves in values (k8s.io/apimachinery fields.ParseSelector).
 * @throws SyntaxError with a message for the caller.
 */
export function parseFieldSelector(text: string): FieldTerm[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const match = /^([^=!]*)(!=|==|=)((?:\\.|[^=\\])*)$/.exec(term);
      if (!match) throw new SyntaxError(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator, value = ''] = match;
      return { field, equal: operator !== '!=', value: unescape(value, term) };
    });
}

function splitTerms(text: string): string[] {
  return text.match(/(?:\\.|[^\\,])+/g) ?? [];
}

function unescape(value: string, term: string): string {
  return value.replaceAll(/\\(.)/g, (_, character: string) => {
    if ('\\,='.includes(character)) return character;
    throw new SyntaxError(`invalid field selector: invalid escape sequence in '${term}'`);
  });
}

/** A field's value as the API compares it: missing is empty. */
export function fieldValue(object: unknown, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>((part, name) => (isRecord(part) ? part[name] : undefined), object);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}

export function matchesFields(terms: readonly FieldTerm[], object: unknown): boolean {
  return terms.every(({ field, equal, value }) => (fieldValue(object, field) === value) === equal);
}
