import { PlatformError } from '../lib/errors.ts';

/** One value of a list flag as CSV (RFC 4180): `a=1,"b=2,3"` is `a=1` and `b=2,3`. Throws `bad_request`. */
export function splitList(text: string): string[] {
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const { field, length } = readField(rest);
    fields.push(field);
    if (length >= rest.length) return fields.filter((item) => item !== '');
    rest = rest.slice(length + 1);
  }
}

/** A quoted field ends at its quote, a bare one at the comma; a quote within quotes is doubled. */
function readField(text: string): { field: string; length: number } {
  if (!text.startsWith('"')) {
    const comma = text.indexOf(',');
    const length = comma < 0 ? text.length : comma;
    return { field: text.slice(0, length), length };
  }
  const match = /^"((?:[^"]|"")*)"(?=,|$)/.exec(text);
  if (match === null)
    throw new PlatformError('bad_request', `${text} has a quote that does not end`, {
      hint: 'Put quotes around the whole item: "KEY=a,b".',
    });
  return { field: (match[1] ?? '').replaceAll('""', '"'), length: match[0].length };
}

/** `key=value` or `key:value`, at the first of both signs; without one the value is empty, as in Kubeless. */
export function splitPair(item: string): [key: string, value: string] {
  const at = item.search(/[=:]/);
  return at < 0 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)];
}

export function pairs(items: readonly string[]): Record<string, string> {
  return Object.fromEntries(items.map(splitPair));
}
