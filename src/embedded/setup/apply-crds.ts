import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { isAlreadyExists } from '../../kube/kube-error.ts';
import type { Condition, KubeObject } from '../../kube/objects.ts';
import type { Resource } from '../../kube/resource.ts';

interface Crd extends KubeObject {
  spec: unknown;
  status?: { conditions?: Condition[] };
}

const crds: Resource<Crd> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

export interface ApplyOptions {
  client: KubeClient;
  clock: Clock;
  /** Of YAML files, one definition each. */
  folder: string;
  /** For all of them to be served. */
  timeoutMs: number;
}

/** Makes the API server's definitions equal to those of the folder, and waits until it serves them. Returns their names. */
export async function applyCrds({ client, clock, folder, timeoutMs }: ApplyOptions): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const end = clock.monotonic() + timeoutMs;
  const names: string[] = [];
  for (const file of files) {
    const wanted = parse(await readFile(join(folder, file), 'utf8')) as Crd;
    const name = wanted.metadata.name ?? '';
    await applyCrd(client, wanted, name);
    while (!(await isEstablished(client, name))) {
      if (clock.monotonic() >= end)
        throw new PlatformError('not_ready', `${name} is not served after ${timeoutMs} ms`);
      await clock.sleep(50);
    }
    names.push(name);
  }
  return names;
}

async function applyCrd(client: KubeClient, wanted: Crd, name: string): Promise<void> {
  try {
    await client.create(crds, wanted);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    // A merge patch replaces lists as a whole, so versions, schemas and columns become exactly what the file says.
    await client.mergePatch(crds, { name }, { spec: wanted.spec });
  }
}

async function isEstablished(client: KubeClient, name: string): Promise<boolean> {
  const { status } = await client.get(crds, { name });
  return (
    status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True') ?? false
  );
}
