import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, PlatformError } from '../lib/errors.ts';
import type { KubeConnection } from './connection.ts';

export interface InClusterOptions {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT of the pod's environment. */
  host: string | undefined;
  port: string | undefined;
  /** Where the service account is mounted. */
  folder?: string;
}

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/. Throws `invalid` outside of a pod. */
export async function inClusterConnection(options: InClusterOptions): Promise<KubeConnection> {
  const { host, port, folder = '/var/run/secrets/kubernetes.io/serviceaccount' } = options;
  if (!host || !port)
    throw new PlatformError('invalid', 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set', {
      hint: 'Outside of a cluster, name a kubeconfig file.',
    });
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: (await readMounted(join(folder, 'namespace'))).trim(),
    tls: { ca: await readMounted(join(folder, 'ca.crt')), insecure: false },
    credential: { kind: 'tokenFile', path: join(folder, 'token') },
  };
}

async function readMounted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PlatformError('invalid', `cannot read the service account: ${errorMessage(error)}`, {
      cause: error,
      hint: 'Does the pod have automountServiceAccountToken: false?',
    });
  }
}
