import { PlatformError } from '../../lib/errors.ts';

/** An archive that is broken or that we refuse; the author of the image must act. */
export function tarError(message: string, hint?: string): PlatformError {
  return new PlatformError('invalid', message, hint === undefined ? {} : { hint });
}

/** Archive names as text for a message: bytes that do not print are escaped, long names cut. */
export function printable(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8');
  const escaped = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  return escaped.replaceAll(/[\u007f-\u009f\u2028\u2029]/gu, '\ufffd');
}
