import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { errorMessage, PlatformError } from '../lib/errors.ts';

const authSchema = z.object({
  auths: z.record(
    z.string(),
    z.object({
      auth: z.optional(z.string()),
      username: z.optional(z.string()),
      password: z.optional(z.string()),
    }),
  ),
});

/** Registry → base64 of `user:password`, as in containers-auth.json(5). */
export type RegistryAuths = ReadonlyMap<string, string>;

/**
 * Credentials of a `kubernetes.io/dockerconfigjson` Secret's `.dockerconfigjson`, or of a file of that format. Only
 * `auths` counts: helpers are programs of the machine that wrote it. Throws `invalid` without the content in the message.
 */
export function parseDockerConfig(text: string, source: string): RegistryAuths {
  const result = authSchema.safeParse(json(text, source));
  if (!result.success) throw unusable(source, 'it has no "auths" with credentials by registry');
  const auths = new Map<string, string>();
  for (const [registry, { auth, username, password }] of Object.entries(result.data.auths)) {
    const encoded = auth ?? encode(username, password);
    if (encoded !== undefined) auths.set(registryHost(registry), encoded);
  }
  return auths;
}

/** Of files of that format, in a list with commas; later ones win. */
export async function readAuthFiles(list: string | undefined): Promise<RegistryAuths> {
  const files = (list ?? '').split(',').filter((file) => file !== '');
  const read = files.map(async (file) => parseDockerConfig(await readFile(file, 'utf8'), file));
  return new Map((await Promise.all(read)).flatMap((auths) => [...auths]));
}

/** The content of an authentication file; later credentials for a registry win. */
export function formatAuthFile(sources: readonly RegistryAuths[]): string {
  const auths: Record<string, { auth: string }> = {};
  for (const source of sources) for (const [registry, auth] of source) auths[registry] = { auth };
  return JSON.stringify({ auths });
}

function encode(username: string | undefined, password: string | undefined): string | undefined {
  if (username === undefined || password === undefined) return undefined;
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/** `docker login` writes Docker Hub as a URL; others write `https://host/v2/`. */
function registryHost(registry: string): string {
  const host = registry.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  return host === 'index.docker.io' ? 'docker.io' : host;
}

function json(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // JSON.parse quotes what it read, which is a secret.
    throw unusable(source, `it is not JSON (${errorMessage(error).replaceAll(/".*"/gs, '…')})`);
  }
}

function unusable(source: string, reason: string): PlatformError {
  return new PlatformError('invalid', `The pull secret ${source} cannot be used: ${reason}.`, {
    hint: 'Make it with: kubectl create secret docker-registry NAME --docker-server=… --docker-username=… --docker-password=…',
  });
}
