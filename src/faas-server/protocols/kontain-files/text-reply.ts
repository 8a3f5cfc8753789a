import { badReply, checkStatus, decodeBase64, type FilesReply } from './reply-values.ts';

/**
 * The older protocol: lines `STATUSCODE: <number>` and `DATA: <base64>`, the last one of a key counts, other keys are
 * ignored. The old server answered 404 without a STATUSCODE; here that is an invalid reply.
 */
export function textReply(text: string): FilesReply {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon !== -1) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    else if (line.trim() !== '') throw badReply('a line has no colon');
  }
  const status = values.get('STATUSCODE') ?? '';
  if (!/^[0-9]{1,3}$/.test(status)) throw badReply('STATUSCODE is not a number');
  return { status: checkStatus(Number(status)), headers: [], body: decodeBase64(values.get('DATA') ?? '') };
}
