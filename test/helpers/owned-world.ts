import { cronJobTriggerResource } from '../../src/api/cronjob-trigger.ts';
import { functionResource } from '../../src/api/function.ts';
import { httpTriggerResource } from '../../src/api/http-trigger.ts';
import { imageResource } from '../../src/api/image.ts';
import type { KubeClient } from '../../src/kube/client-types.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { Resource } from '../../src/kube/resource.ts';
import { cronJobs, ingresses, services } from '../../src/kube/workload-resources.ts';

/** What users write. */
export const sources = {
  Function: functionResource as Resource,
  HTTPTrigger: httpTriggerResource as Resource,
  CronJobTrigger: cronJobTriggerResource as Resource,
};

export type SourceKind = keyof typeof sources;

/** What is made of it, each of the name of its source. */
const made: Readonly<Record<SourceKind, readonly Resource[]>> = {
  Function: [imageResource, services],
  HTTPTrigger: [ingresses],
  CronJobTrigger: [cronJobs],
};

interface Ready {
  type: string;
  status: string;
  reason: string;
  observedGeneration?: number;
}

type Source = KubeObject & { spec?: Record<string, unknown>; status?: { conditions?: Ready[] } };

/** What is not as it should be in a namespace once everything has come to rest; one sentence each. */
export async function disorder(client: KubeClient, namespace: string): Promise<string[]> {
  const byKind = async (resource: Resource) => (await client.list(resource, { namespace })).items as Source[];
  const functions = await byKind(sources.Function);
  const names = new Set(functions.map(({ metadata }) => metadata.name));
  const problems: string[] = [];
  for (const kind of Object.keys(sources) as SourceKind[]) {
    const objects = await byKind(sources[kind]);
    for (const resource of made[kind])
      problems.push(
        ...compare(
          objects.filter((object) => isServed(kind, object, names)),
          await byKind(resource),
          resource,
        ),
      );
    problems.push(...objects.flatMap((object) => told(kind, object, isServed(kind, object, names))));
  }
  return problems;
}

/** A trigger without its function has nothing; a function has its things whatever calls it. */
function isServed(kind: SourceKind, { spec }: Source, functions: ReadonlySet<string | undefined>): boolean {
  return kind === 'Function' || functions.has(spec?.['function-name'] as string);
}

function compare(wanted: readonly Source[], there: readonly Source[], { kind }: Resource): string[] {
  const uids = new Map(wanted.map(({ metadata }) => [metadata.name, metadata.uid]));
  const missing = wanted
    .filter(({ metadata }) => !there.some((object) => object.metadata.name === metadata.name))
    .map(({ metadata }) => `there is no ${kind} of ${metadata.name}`);
  const wrong = there
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid !== uids.get(metadata.name))
    .map(({ metadata }) => `the ${kind} ${metadata.name} belongs to nobody that is there`);
  return [...missing, ...wrong];
}

function told(kind: SourceKind, { metadata, status = {} }: Source, isWell: boolean): string[] {
  const what = `${kind} ${metadata.name}`;
  if (metadata.deletionTimestamp !== undefined) return [`${what} does not go`];
  const ready = status.conditions?.find(({ type }) => type === 'Ready') ?? unsaid;
  if (ready.observedGeneration !== metadata.generation) return [`${what} says nothing of what it is now`];
  const isTold = isWell ? ready.status === 'True' : ready.reason === 'FunctionNotFound';
  return isTold ? [] : [`${what} should be ${isWell ? 'ready' : 'without its function'}: ${ready.reason}`];
}

const unsaid: Ready = { type: 'Ready', status: 'Unknown', reason: 'nothing' };
