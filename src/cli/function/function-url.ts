import { PlatformError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { readServerConfig } from '../server-config.ts';

/** Key of the ConfigMap kubeless-config: where functions are called, `http://127.0.0.1:8080` in embedded mode. */
export const functionsUrlKey = 'functions-url';

/**
 * `<base>/<namespace>/<function>`, where the base is --url, KUBELESS_FUNCTIONS_URL or the server's configuration. Throws
 * `not_ready` where nobody says it.
 */
export async function functionUrl({ flags, io, session }: Invocation, name: string): Promise<string> {
  const local = flags.text('url') ?? io.env['KUBELESS_FUNCTIONS_URL'];
  const base = local ?? (await readServerConfig(await session.client(), io))?.[functionsUrlKey];
  if (base === undefined)
    throw new PlatformError('not_ready', `the server does not say where functions are called`, {
      hint: `Give --url http://HOST:PORT, or write it into the key ${functionsUrlKey} of the ConfigMap kubeless-config.`,
    });
  const namespace = await session.namespace();
  return `${base.replace(/\/+$/, '')}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
