import { join, resolve } from 'node:path';

/** Where one embedded instance keeps everything; two instances differ in their home and their ports only. */
export interface Home {
  readonly root: string;
  /** For kubectl and for the parts. */
  readonly kubeconfig: string;
  /** Data of the API server. */
  readonly api: string;
  /** What faas-downloader and faas-server share: images, layers, bundles, instances. */
  readonly node: string;
  /** Images of the agent's pods: builds have the layers that functions have, too. */
  readonly podImages: string;
  readonly logs: string;
  /** Held by the supervisor as long as it lives. */
  readonly lock: string;
  /** What runs now, see SupervisorRecord. */
  readonly record: string;
  /** The API server's port, kept so that a kubeconfig stays valid. */
  readonly apiPort: string;
  /** Data of the image registry. */
  readonly registry: string;
  /** The registry's login, for whom it belongs to: in the format of ~/.docker/config.json. */
  readonly registryAuth: string;
  /** The registry's port, kept because names of images have it inside. */
  readonly registryPort: string;
}

/** KONTAIN_HOME; an empty one is none, as shells have it. */
export function homeFrom(env: Readonly<Record<string, string | undefined>>): Home {
  return homeAt(resolve(env['KONTAIN_HOME'] || '/var/lib/kontain-faas'));
}

export function homeAt(root: string): Home {
  return {
    root,
    kubeconfig: join(root, 'kubeconfig'),
    api: join(root, 'api'),
    node: join(root, 'node'),
    podImages: join(root, 'agent/images'),
    logs: join(root, 'logs'),
    lock: join(root, 'supervisor.lock'),
    record: join(root, 'supervisor.json'),
    apiPort: join(root, 'api-port'),
    registry: join(root, 'registry'),
    registryAuth: join(root, 'registry-auth.json'),
    registryPort: join(root, 'registry-port'),
  };
}
