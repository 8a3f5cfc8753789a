/** A string literal of a JSON text, with its quotes. */
export interface Literal {
  start: number;
  end: number;
}

/**
 * The longest string literal of a JSON text (RFC 8259 §7), found without reading anything else of it: the rest is small where
 * a document is data in an envelope. Undefined where there is none, or more than `maxLiterals`.
 */
export function longestString(text: string, maxLiterals: number): Literal | undefined {
  let longest: Literal | undefined;
  let start = text.indexOf('"');
  for (let count = 0; start !== -1; count += 1) {
    const end = closingQuote(text, start) + 1;
    if (end === 0 || count === maxLiterals) return undefined;
    if (!longest || end - start > longest.end - longest.start) longest = { start, end };
    start = text.indexOf('"', end);
  }
  return longest;
}

/** -1 without one. */
function closingQuote(text: string, opening: number): number {
  let quote = text.indexOf('"', opening + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text[at - 1] === '\\') at -= 1;
  return (quote - at) % 2 === 1;
}
