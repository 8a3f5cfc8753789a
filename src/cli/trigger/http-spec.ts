import { PlatformError } from '../../lib/errors.ts';
import type { Flag, Invocation } from '../command.ts';
import { connectionFlags, dryRunFlags } from '../common-flags.ts';
import type { FlagValues } from '../flag-values.ts';

const text = (name: string, description: string): Flag => ({ name, type: 'text', description });

export const httpTriggerFlags: readonly Flag[] = [
  text('function-name', 'Function that gets the requests.'),
  text('path', 'Path that the requests begin with; the function sees the rest.'),
  text('hostname', "Host of the requests. Default: <function>.<API server's host>.nip.io."),
  { name: 'enableTLSAcme', type: 'switch', description: 'Ask for a certificate, with ACME.' },
  text('tls-secret', 'Secret of type kubernetes.io/tls with the certificate.'),
  text('basic-auth-secret', 'Secret whose key auth has names and passwords, as htpasswd writes them.'),
  { name: 'cors-enable', type: 'switch', description: 'Browsers may call it from any site.' },
  {
    name: 'gateway',
    type: 'text',
    choices: ['nginx', 'traefik', 'kong'],
    description: 'Ingress controller whose annotations are written. Default: nginx.',
  },
  ...dryRunFlags,
  ...connectionFlags,
];

/** The fields of HTTPTrigger.spec that the flags ask for; what an empty text leaves out is `none`. Throws `bad_request`. */
export function httpSpecFromFlags(flags: FlagValues, none?: null): Record<string, unknown> {
  if (flags.on('enableTLSAcme') && flags.text('tls-secret') !== undefined)
    throw new PlatformError('bad_request', 'Cannot specify both --enableTLSAcme and --tls-secret');
  const switches = { tls: 'enableTLSAcme', 'cors-enable': 'cors-enable' };
  const texts = {
    'function-name': 'function-name',
    'host-name': 'hostname',
    'tls-secret': 'tls-secret',
    'basic-auth-secret': 'basic-auth-secret',
    gateway: 'gateway',
  };
  const path = flags.given('path') ? (flags.text('path') ?? '') : undefined;
  return {
    ...fieldsOf(texts, flags, (flag) => flags.text(flag) ?? none),
    ...(path === undefined ? {} : { path: path.replace(/^\/+/, '') }),
    ...fieldsOf(switches, flags, (flag) => flags.on(flag)),
  };
}

function fieldsOf(
  names: Readonly<Record<string, string>>,
  flags: FlagValues,
  value: (flag: string) => unknown,
): Record<string, unknown> {
  const given = Object.entries(names).filter(([, flag]) => flags.given(flag));
  return Object.fromEntries(given.map(([field, flag]) => [field, value(flag)]));
}

/** Kubeless' default; a host name that needs no DNS entry of its own. */
export async function defaultHost({ session }: Invocation, functionName: string): Promise<string> {
  const { hostname } = new URL(await session.server());
  if (!hostname.startsWith('[')) return `${functionName}.${hostname}.nip.io`;
  throw new PlatformError('bad_request', 'The --hostname flag is required');
}
