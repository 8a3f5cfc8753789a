import { PlatformError } from '../../../lib/errors.ts';
import type { RawHeaders } from '../../../lib/http/raw-headers.ts';

export interface FilesReply {
  status: number;
  headers: RawHeaders;
  body: Buffer;
}

export function badReply(what: string): PlatformError {
  return new PlatformError('bad_response', `the reply document is not valid: ${what}`, {
    hint: 'Reply with {"Status": 200, "Data": "<base64>"}.',
  });
}

export function envelopeTooLarge(bytes: number): PlatformError {
  return badReply(`it has more than ${bytes} bytes beside its data`);
}

export function checkStatus(status: unknown): number {
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw badReply('Status is not a number from 200 to 599');
}

const base64Pattern = /^[A-Za-z0-9+/]*={0,2}$/;

/** Standard base64 with padding and without line breaks (RFC 4648 §4). */
export function decodeBase64(text: string): Buffer {
  if (text.length % 4 !== 0 || !base64Pattern.test(text)) throw badReply('the data is not base64');
  return Buffer.from(text, 'base64');
}
