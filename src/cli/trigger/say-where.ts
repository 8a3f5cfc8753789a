import type { StoredHttpTrigger } from '../../api/http-trigger.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { firstArgument, type Invocation } from '../command.ts';
import { say } from '../io.ts';
import { httpTriggers } from '../resources.ts';

/** Its controller needs less than that; where there is none, nothing is said. */
const limitMs = 1000;
const pauseMs = 50;

/** Says where a trigger that was written just now is called, or what is wrong with it. */
export async function sayWhere(invocation: Invocation): Promise<void> {
  const { io, session } = invocation;
  const [client, namespace] = [await session.client(), await session.namespace()];
  const ref = { namespace, name: firstArgument(invocation) };
  for (const end = io.clock.monotonic() + limitMs; io.clock.monotonic() < end;) {
    const object = await orUndefined(client.get(httpTriggers, ref));
    const text = object === undefined ? undefined : whereText(object);
    if (text !== undefined) {
      say(io, text);
      return;
    }
    await io.clock.sleep(pauseMs, io.signal);
  }
}

function whereText({ metadata, spec, status }: StoredHttpTrigger): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || ready.observedGeneration !== metadata.generation) return undefined;
  if (ready.status === 'True') return `It is called at ${status?.url ?? hostsText(spec)}`;
  return ready.reason === 'Publishing' ? undefined : `It is not ready: ${ready.message}`;
}

/** A host with a `*` has no one URL. */
function hostsText(spec: unknown): string {
  const { 'host-name': host = '', path = '' } = (spec ?? {}) as { 'host-name'?: string; path?: string };
  return `every host that ${host === '' ? 'reaches the platform' : `${host} means`}, path /${path}`;
}
