import { sourceError } from './source-error.ts';

/** Base64 of RFC 4648 section 4, line breaks allowed. Throws `invalid` for anything else, which Node.js would skip. */
export function decodeBase64(text: string): Buffer {
  const compact = text.replaceAll(/[\r\n\t ]/g, '');
  if (compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact))
    return Buffer.from(compact, 'base64');
  throw sourceError('spec.function is not valid base64.', 'Encode the file with: base64 -w0 FILE.');
}
