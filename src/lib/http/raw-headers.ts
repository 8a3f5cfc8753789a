/**
 * Headers as Node.js gives them in `rawHeaders`: name, value, name, value … in the order of arrival and with their case.
 * Kept as a flat list because that is what both sides of an exchange take without a copy.
 */
export type RawHeaders = string[];

/** Calls `visit` with the lower-case name, the value, and the name as it was sent. */
export function eachHeader(
  headers: readonly string[],
  visit: (lower: string, value: string, name: string) => void,
): void {
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    visit(name.toLowerCase(), headers[index + 1] ?? '', name);
  }
}

/** Values of every field line with that (lower-case) name. */
export function headerValues(headers: readonly string[], lowerName: string): string[] {
  const values: string[] = [];
  eachHeader(headers, (lower, value) => {
    if (lower === lowerName) values.push(value);
  });
  return values;
}

/** Items of a comma-separated list field over all its lines, trimmed and in lower case (RFC 9110 §5.6.1). */
export function listItems(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
}

const tokenPattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what a field value must not have (RFC 9110 §5.5)
const fieldValuePattern = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A method or field name (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/** A field value as latin1 text: no control characters but the tab. */
export function isFieldValue(text: string): boolean {
  return fieldValuePattern.test(text);
}
