import { isFieldValue, isToken, type RawHeaders } from '../../../lib/http/raw-headers.ts';
import { longestString } from './longest-string.ts';
import { badReply, checkStatus, decodeBase64, envelopeTooLarge, type FilesReply } from './reply-values.ts';

/** Stands for the longest string while the rest is read; no header value can be like it. */
const cutOut = '"\\u0000"';

/**
 * `{"Status": 200, "Data": "<base64>", "Headers": {"Name": ["value"]}}`; keys in any case, unknown ones are ignored. All but
 * its longest string is at most `maxEnvelope` characters: some millions of keys or brackets take seconds to read.
 */
export function jsonReply(text: string, maxEnvelope: number): FilesReply {
  const { envelope, longest } = cutLongest(text, maxEnvelope);
  const reply = foldKeys(parseObject(envelope));
  const found = reply.get('data') ?? '';
  const data = found === '\0' ? parse(longest) : found;
  if (typeof data !== 'string') throw badReply('Data is not a string');
  return {
    status: checkStatus(reply.get('status')),
    headers: replyHeaders(reply.get('headers') ?? {}),
    body: decodeBase64(data),
  };
}

function cutLongest(text: string, maxEnvelope: number): { envelope: string; longest: string } {
  if (text.length <= maxEnvelope) return { envelope: text, longest: '' };
  const { start, end } = longestString(text, maxEnvelope) ?? { start: 0, end: 0 };
  if (text.length - (end - start) > maxEnvelope) throw envelopeTooLarge(maxEnvelope);
  return { envelope: text.slice(0, start) + cutOut + text.slice(end), longest: text.slice(start, end) };
}

function parseObject(text: string): object {
  const value = parse(text);
  if (typeof value === 'object' && value !== null) return value;
  throw badReply('it is not one JSON object');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would show the reply's text.
    throw badReply('it is not one JSON object');
  }
}

function foldKeys(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, item]) => [key.toLowerCase(), item]));
}

function replyHeaders(value: unknown): RawHeaders {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badReply('Headers is not an object');
  const headers: RawHeaders = [];
  for (const [name, item] of Object.entries(value)) {
    const values: unknown[] = Array.isArray(item) ? item : [item];
    for (const one of values) headers.push(...replyHeader(name, one));
  }
  return headers;
}

function replyHeader(name: string, value: unknown): [string, string] {
  if (!isToken(name)) throw badReply('Headers has a name that is not a header name');
  if (typeof value !== 'string' || !isFieldValue(value))
    throw badReply(`the value of header ${name} is not text`);
  return [name, value];
}
