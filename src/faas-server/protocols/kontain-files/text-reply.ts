import { badReply, checkStatus, decodeBase64, envelopeTooLarge, type FilesReply } from './reply-values.ts';

/**
 * The older protocol: lines `STATUSCODE: <number>` and `DATA: <base64>`, the last one of a key counts, other keys are
 * ignored. The old server answered 404 without a STATUSCODE; here that is an invalid reply. All but its longest line is at
 * most `maxEnvelope` characters.
 */
export function textReply(text: string, maxEnvelope: number): FilesReply {
  const values = new Map<string, string>();
  for (const line of linesOf(text, maxEnvelope)) {
    const colon = line.indexOf(':');
    if (colon !== -1) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    else if (line.trim() !== '') throw badReply('a line has no colon');
  }
  const status = values.get('STATUSCODE') ?? '';
  if (!/^[0-9]{1,3}$/.test(status)) throw badReply('STATUSCODE is not a number');
  return { status: checkStatus(Number(status)), headers: [], body: decodeBase64(values.get('DATA') ?? '') };
}

function* linesOf(text: string, maxEnvelope: number): Generator<string> {
  let longest = 0;
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    longest = Math.max(longest, end - start);
    if (end - longest > maxEnvelope) throw envelopeTooLarge(maxEnvelope);
    yield text.slice(start, end);
    start = end + 1;
  }
}
