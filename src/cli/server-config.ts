import { defaultRuntimes } from '../api/kubeless-config/default-runtimes.ts';
import type { KubeClient } from '../kube/client-types.ts';
import { configMaps, customResourceDefinitions } from '../kube/builtin-resources.ts';
import { KubeError, orUndefined } from '../kube/kube-error.ts';
import type { ObjectRef } from '../kube/objects.ts';
import type { Io } from './io.ts';

export type ServerConfig = Readonly<Record<string, string>>;

/** Data of the ConfigMap `kubeless-config`; empty if there is none, undefined if it may not be read. */
export async function readServerConfig(
  client: KubeClient,
  io: Pick<Io, 'env'>,
): Promise<ServerConfig | undefined> {
  return readable(configData(client, await serverConfigRef(client, io)));
}

/** Where it is: KUBELESS_NAMESPACE and KUBELESS_CONFIG, else the annotations of the CRD, else kubeless/kubeless-config. */
export async function serverConfigRef(
  client: KubeClient,
  { env }: Pick<Io, 'env'>,
): Promise<{ namespace: string; name: string }> {
  const annotations = (await readable(crdAnnotations(client))) ?? {};
  return {
    namespace: env['KUBELESS_NAMESPACE'] ?? annotations['kubeless.io/namespace'] ?? 'kubeless',
    name: env['KUBELESS_CONFIG'] ?? annotations['kubeless.io/config'] ?? 'kubeless-config',
  };
}

async function crdAnnotations(client: KubeClient): Promise<Record<string, string>> {
  const crd = await orUndefined(client.get(customResourceDefinitions, { name: 'functions.kubeless.io' }));
  return crd?.metadata.annotations ?? {};
}

async function configData(client: KubeClient, ref: ObjectRef): Promise<ServerConfig> {
  return (await orUndefined(client.get(configMaps, ref)))?.data ?? {};
}

/** A developer may often read Functions and nothing of the platform: no reason to stop. */
async function readable<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof KubeError && error.httpStatus === 403) return undefined;
    throw error;
  }
}

interface RuntimeEntry {
  ID?: string;
  versions?: readonly { version?: string | number }[] | null;
}

/** `python3.11`, `nodejs24` …; undefined where the server does not tell. */
export async function supportedRuntimes(config: ServerConfig | undefined): Promise<string[] | undefined> {
  if (config === undefined) return undefined;
  const text = config['runtime-images'];
  if (text === undefined) return namesOf(defaultRuntimes());
  const { parse } = await import('yaml');
  const list: unknown = parse(text);
  return Array.isArray(list) ? namesOf(list as (RuntimeEntry | null)[]) : undefined;
}

function namesOf(list: readonly (RuntimeEntry | null)[]): string[] {
  return list.flatMap((entry) =>
    (entry?.versions ?? []).map(({ version }) => `${entry?.ID ?? ''}${version ?? ''}`),
  );
}
