import { jsonReply } from './json-reply.ts';
import { badReply, type FilesReply } from './reply-values.ts';
import { textReply } from './text-reply.ts';

/**
 * Reads a reply document: JSON when its first character that is not blank is `{`, the older text protocol otherwise.
 * @param maxEnvelope the most characters beside the data
 * @throws PlatformError `bad_response`
 */
export function parseReply(document: Buffer, maxEnvelope: number): FilesReply {
  const text = document.toString('utf8').trim();
  if (text === '') throw badReply('it is empty');
  return text.startsWith('{') ? jsonReply(text, maxEnvelope) : textReply(text, maxEnvelope);
}
