import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hashSync } from 'bcryptjs';
import { replaceFile } from '../../lib/durable-file.ts';

export interface LoginOptions {
  /** In the format of ~/.docker/config.json, for the platform's own programs. */
  authFile: string;
  /** Of htpasswd(1), for the registry. */
  htpasswd: string;
  /** `host:port` of the registry. */
  registry: string;
}

const user = 'kontain';
/** The least that bcrypt has: the registry computes it for each request, and nobody guesses 192 random bits. */
const cost = 4;
const onlyRoot = 0o600;

/**
 * Makes the only login of a home's registry: that of the last start, or a new one where there is none that can be read. Both files
 * are switched by rename.
 */
export async function makeLogin({ authFile, htpasswd, registry }: LoginOptions): Promise<void> {
  const password = (await knownPassword(authFile)) ?? randomBytes(24).toString('base64url');
  const auth = Buffer.from(`${user}:${password}`).toString('base64');
  await replaceFile(authFile, `${JSON.stringify({ auths: { [registry]: { auth } } })}\n`, onlyRoot);
  await replaceFile(htpasswd, `${user}:${hashSync(password, cost)}\n`, onlyRoot);
}

/** The port in the name of the registry may have changed since; its password has not. */
async function knownPassword(authFile: string): Promise<string | undefined> {
  try {
    const text = await readFile(authFile, 'utf8');
    const [, auth = ''] = /"auth":"([A-Za-z0-9+/=]+)"/.exec(text) ?? [];
    const [, password] = /^kontain:([\w-]{32})$/.exec(Buffer.from(auth, 'base64').toString('utf8')) ?? [];
    return password;
  } catch {
    return undefined;
  }
}
