import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from './write-file.ts';

const fileName = 'admin.token';

/** The instance's one bearer token, made at the first start. Whoever has it may do everything: there is no authorization. */
export function adminToken(dataDir: string): string {
  const file = join(dataDir, fileName);
  if (!existsSync(file)) writeFileAtomically(file, randomBytes(32).toString('base64url'));
  return readFileSync(file, 'utf8').trim();
}

/** Compares the Authorization header in constant time (RFC 6750 §2.1). */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
