import { parseArgs } from 'node:util';

export const usage = `usage: faas-server [--root DIR] [--host ADDRESS] [--port N] [--tls-port N] [--workers N] [--run-dir DIR]
                   [--status-address HOST:PORT|SOCKET]
Serves calls of the functions whose bundles are in DIR/oci-bundles. Everything else is set by environment variables,
see src/faas-server/config-schema.ts. Prints {"ready":true,"url":…} on standard output when it is up, then one JSON
line a call. SIGTERM ends it in good order.`;

/** Flag → environment variable that it overrules. */
const flags = {
  root: 'KONTAIN_ROOT',
  host: 'KONTAIN_HOST',
  port: 'KONTAIN_PORT',
  'tls-port': 'KONTAIN_TLS_PORT',
  workers: 'KONTAIN_WORKERS',
  'run-dir': 'KONTAIN_RUN',
  'status-address': 'KONTAIN_STATUS_ADDRESS',
} as const;

/** Accepted because every program of a node gets them; calls touch no Kubernetes object, so they change nothing here. */
const ignored = ['kubeconfig', 'node-name'] as const;

/** The environment with the flags in it. Throws TypeError for a flag that does not exist. */
export function withFlags(
  env: Record<string, string | undefined>,
  args: string[],
): Record<string, string | undefined> {
  const names = [...Object.keys(flags), ...ignored];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args, options });
  const given = Object.entries(flags).map(([flag, variable]) => [variable, values[flag]]);
  return { ...env, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}
