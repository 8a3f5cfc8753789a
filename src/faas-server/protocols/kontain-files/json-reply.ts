import { isFieldValue, isToken, type RawHeaders } from '../../../lib/http/raw-headers.ts';
import { badReply, checkStatus, decodeBase64, type FilesReply } from './reply-values.ts';

/** `{"Status": 200, "Data": "<base64>", "Headers": {"Name": ["value"]}}`; keys in any case, unknown ones are ignored. */
export function jsonReply(text: string): FilesReply {
  const reply = foldKeys(parseObject(text));
  const data = reply.get('data') ?? '';
  if (typeof data !== 'string') throw badReply('Data is not a string');
  return {
    status: checkStatus(reply.get('status')),
    headers: replyHeaders(reply.get('headers') ?? {}),
    body: decodeBase64(data),
  };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Answered below: the parser's message would show the reply's text.
  }
  throw badReply('it is not one JSON object');
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
