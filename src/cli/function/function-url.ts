import { PlatformError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { readServerConfig } from '../server-config.ts';

/** Key of the ConfigMap kubeless-config: where functions are called, `http://127.0.0.1:8080` in embedded mode. */
export const functionsUrlKey = 'functions-url';

/** `<base>/<namespace>/<function>`. Throws `not_ready` where nobody says the base. */
export async function functionUrl(invocation: Invocation, name: string): Promise<string> {
  const url = await knownFunctionUrl(invocation, name);
  if (url !== undefined) return url;
  throw new PlatformError('not_ready', `the server does not say where functions are called`, {
    hint: `Give --url http://HOST:PORT, or write it into the key ${functionsUrlKey} of the ConfigMap kubeless-config.`,
  });
}

/** The base is --url, KUBELESS_FUNCTIONS_URL or the server's configuration; undefined where none of them says it. */
export async function knownFunctionUrl(
  { flags, io, session }: Invocation,
  name: string,
): Promise<string | undefined> {
  const local = flags.text('url') ?? io.env['KUBELESS_FUNCTIONS_URL'];
  const base = local ?? (await readServerConfig(await session.client(), io))?.[functionsUrlKey];
  if (base === undefined) return undefined;
  const namespace = await session.namespace();
  return `${base.replace(/\/+$/, '')}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
