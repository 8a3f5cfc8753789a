import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorMessage, hasErrno, PlatformError } from '../lib/errors.ts';
import { yaml } from '../lib/yaml.ts';
import type { BearerCredential, KubeConnection, KubeTls } from './connection.ts';
import {
  kubeconfigSchema,
  type Kubeconfig,
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigUser,
} from './kubeconfig-schema.ts';

export interface KubeconfigOptions {
  /** Instead of `current-context`. */
  context?: string;
}

/** Reads a kubeconfig file. Throws `invalid` with a sentence that names the file and what is wrong in it. */
export async function loadKubeconfig(file: string, options: KubeconfigOptions = {}): Promise<KubeConnection> {
  const path = resolve(file);
  const config = parseKubeconfig(await readText(path, 'the kubeconfig'), path);
  const context = pickContext(config, options, path);
  const cluster = lookUp(config.clusters, context.cluster, 'cluster', path);
  const user = context.user === undefined ? {} : (lookUp(config.users, context.user, 'user', path) ?? {});
  refuseUnsupported(cluster, user, path);
  return {
    server: serverUrl(cluster.server, path),
    namespace: context.namespace ?? 'default',
    tls: await readTls(cluster, user, dirname(path)),
    credential: credentialOf(user, dirname(path)),
  };
}

/** Throws `invalid`; `source` is named in the message. */
export function parseKubeconfig(text: string, source: string): Kubeconfig {
  let document: unknown;
  try {
    document = text.startsWith('{') ? JSON.parse(text) : yaml().parse(text);
  } catch (error) {
    // The lines after the first show the place.
    const [problem = ''] = errorMessage(error).split('\n');
    const message = `${source} is not YAML: ${problem.replace(/:$/, '')}`;
    throw new PlatformError('invalid', message, { hint: checkHint, cause: error });
  }
  const result = kubeconfigSchema.safeParse(document);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  const message = `${source} is not a kubeconfig: ${problems.join('; ')}`;
  throw new PlatformError('invalid', message, { hint: checkHint });
}

const checkHint = 'Mend it, or choose another file; "kubectl config view" shows how one looks.';

function pickContext(config: Kubeconfig, options: KubeconfigOptions, source: string): KubeconfigContext {
  const name = options.context ?? config['current-context'] ?? '';
  if (name !== '') return lookUp(config.contexts, name, 'context', source);
  throw new PlatformError('invalid', `${source} has no current-context`, {
    hint: 'Choose one with "kubectl config use-context NAME".',
  });
}

function lookUp<T>(map: ReadonlyMap<string, T>, name: string, what: string, source: string): T {
  const found = map.get(name);
  if (found !== undefined) return found;
  const known = [...map.keys()].join(', ') || 'none';
  throw new PlatformError('invalid', `${source} has no ${what} "${name}" (it has: ${known})`, {
    hint: '"kubectl config get-contexts" lists what can be chosen.',
  });
}

const unsupportedUser: Readonly<Record<string, string>> = {
  exec: 'runs a program to get credentials (exec); use a token, a tokenFile or a client certificate instead',
  'auth-provider':
    'uses auth-provider, which Kubernetes 1.26 removed; use a token or a client certificate instead',
  username:
    'uses basic authentication, which Kubernetes 1.19 removed; use a token or a client certificate instead',
  as: 'impersonates another user (as); use credentials of that user instead',
};

/** Better refused than ignored: a request with other rights than the file asks for is a surprise. */
function refuseUnsupported(cluster: KubeconfigCluster, user: KubeconfigUser, source: string): void {
  for (const [key, sentence] of Object.entries(unsupportedUser))
    if (user[key] !== undefined) throw new PlatformError('invalid', `the user in ${source} ${sentence}`);
  if (cluster['proxy-url'] !== undefined)
    throw new PlatformError('invalid', `the cluster in ${source} has a proxy-url; proxies are not supported`);
}

function serverUrl(server: string, source: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    throw new PlatformError(
      'invalid',
      `the server "${server}" in ${source} must be an http:// or https:// URL`,
    );
  return server.replace(/\/+$/, '');
}

async function readTls(cluster: KubeconfigCluster, user: KubeconfigUser, folder: string): Promise<KubeTls> {
  const pem = (data: string | undefined, file: string | undefined, what: string) =>
    readPem(data, file === undefined ? undefined : resolve(folder, file), what);
  const ca = await pem(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
    'the CA certificate',
  );
  const cert = await pem(
    user['client-certificate-data'],
    user['client-certificate'],
    'the client certificate',
  );
  const key = await pem(user['client-key-data'], user['client-key'], 'the client key');
  const serverName = cluster['tls-server-name'];
  return {
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

/** Data wins over the file, as in client-go. */
async function readPem(
  data: string | undefined,
  file: string | undefined,
  what: string,
): Promise<string | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  return file === undefined || file === '' ? undefined : readText(file, what);
}

/** The file wins over the token, as in client-go: it is the one that rotates. */
function credentialOf({ token, tokenFile }: KubeconfigUser, folder: string): BearerCredential {
  if (tokenFile !== undefined && tokenFile !== '')
    return { kind: 'tokenFile', path: resolve(folder, tokenFile) };
  return token === undefined || token === '' ? { kind: 'none' } : { kind: 'token', token };
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const problem = hasErrno(error, 'ENOENT') ? 'there is no such file' : errorMessage(error);
    throw new PlatformError('invalid', `cannot read ${what} ${path}: ${problem}`, {
      hint: 'Give the path of a file that you may read.',
      cause: error,
    });
  }
}
