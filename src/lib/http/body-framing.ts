import { headerValues, listItems } from './raw-headers.ts';
import { HttpSyntaxError } from './response-head.ts';

/** How long a message's body is: nothing, so many bytes, chunks, or until the connection ends (RFC 9112 §6.3). */
export type BodyFraming =
  | { kind: 'none' }
  | { kind: 'length'; bytes: number }
  | { kind: 'chunked' }
  | { kind: 'until-close' };

/** The framing of a response; ambiguous ones are refused instead of guessed. */
export function responseFraming(method: string, status: number, headers: readonly string[]): BodyFraming {
  const codings = listItems(headerValues(headers, 'transfer-encoding'));
  const length = contentLength(headers);
  if (codings.length > 0 && length !== undefined) {
    throw new HttpSyntaxError('both Content-Length and Transfer-Encoding are given');
  }
  if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' };
  if (codings.length > 0) return chunkedOnly(codings);
  return length === undefined ? { kind: 'until-close' } : { kind: 'length', bytes: length };
}

function chunkedOnly(codings: string[]): BodyFraming {
  if (codings.length !== 1 || codings[0] !== 'chunked') {
    throw new HttpSyntaxError('a Transfer-Encoding other than chunked is used');
  }
  return { kind: 'chunked' };
}

/** Undefined without the field. A repeated field is refused unless all its values agree (RFC 9112 §6.3). */
export function contentLength(headers: readonly string[]): number | undefined {
  const items = listItems(headerValues(headers, 'content-length'));
  const first = items[0];
  if (first === undefined) return undefined;
  const bytes = Number(first);
  if (!/^[0-9]{1,16}$/.test(first) || !Number.isSafeInteger(bytes) || items.some((item) => item !== first)) {
    throw new HttpSyntaxError('Content-Length is not one number');
  }
  return bytes;
}
