import type { KubeObject } from '../../kube/objects.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { isAlreadyExists, orUndefined } from '../../kube/kube-error.ts';
import type { Resource } from '../../kube/resource.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Argument, type Invocation } from '../command.ts';
import { say } from '../io.ts';
import { checkObjectName } from '../names.ts';
import { printObject } from '../print-object.ts';
import { apiVersion, functions, images } from '../resources.ts';

interface Trigger extends KubeObject {
  spec?: unknown;
}

export const triggerName = (kind: string): Argument => ({
  name: 'name',
  what: `${kind} trigger name`,
  kind: 'one',
});

/** Creates the trigger, or prints it for --dryrun. `title` begins the message: `HTTP trigger`. */
export async function createTrigger<T extends Trigger>(
  invocation: Invocation,
  resource: Resource<T>,
  { spec, title }: { spec: object; title: string },
): Promise<void> {
  const { io, session } = invocation;
  const [name, namespace] = [firstArgument(invocation), await session.namespace()];
  checkObjectName(name, title);
  const metadata = { name, namespace, labels: { 'created-by': 'kubeless' } };
  const object = { apiVersion, kind: resource.kind, metadata, spec } as unknown as T;
  if (await printedInstead(invocation, object)) return;
  await create(await session.client(), resource, { object, title });
  say(io, `${title} ${name} created in namespace ${namespace} successfully!`);
}

async function create<T extends Trigger>(
  client: KubeClient,
  resource: Resource<T>,
  { object, title }: { object: T; title: string },
): Promise<void> {
  try {
    await client.create(resource, object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const { name = '' } = object.metadata;
    throw new PlatformError('conflict', `${title} ${name} already exists`, {
      hint: `Change it with "${commandOf(title)} update ${name}".`,
      cause: error,
    });
  }
}

/** Changes the fields of `spec` and no other. */
export async function updateTrigger<T extends Trigger>(
  invocation: Invocation,
  resource: Resource<T>,
  { spec, title }: { spec: object; title: string },
): Promise<void> {
  const { flags, io, session } = invocation;
  const [client, namespace] = [await session.client(), await session.namespace()];
  const name = firstArgument(invocation);
  const dryRun = flags.on('dryrun');
  const request = client.mergePatch(resource, { namespace, name }, { spec }, { dryRun });
  const updated = await orUndefined(request);
  if (updated === undefined) throw missing(title, name, namespace);
  if (await printedInstead(invocation, updated)) return;
  say(io, `${title} ${name} updated in namespace ${namespace} successfully!`);
}

export async function deleteTrigger(
  invocation: Invocation,
  resource: Resource,
  title: string,
): Promise<void> {
  const { io, session } = invocation;
  const [client, namespace] = [await session.client(), await session.namespace()];
  const name = firstArgument(invocation);
  if ((await orUndefined(client.delete(resource, { namespace, name }))) === undefined)
    throw missing(title, name, namespace);
  say(io, `${title} ${name} deleted from namespace ${namespace} successfully!`);
}

/** Throws `not_found` with Kubeless' sentence. */
export async function requireFunction({ session }: Invocation, name: string): Promise<void> {
  const [client, namespace] = [await session.client(), await session.namespace()];
  if ((await orUndefined(client.get(functions, { namespace, name }))) !== undefined) return;
  // An image of one's own that was applied as it is can be called as well.
  if ((await orUndefined(client.get(images, { namespace, name }))) !== undefined) return;
  throw new PlatformError('not_found', `Unable to find Function ${name} in namespace ${namespace}`, {
    hint: 'Deploy it first, or choose its namespace with -n.',
  });
}

async function printedInstead({ flags, io }: Invocation, object: unknown): Promise<boolean> {
  if (!flags.on('dryrun')) return false;
  await printObject(io.stdout, object, { format: flags.text('output') ?? 'yaml', indent: 4 });
  return true;
}

function missing(title: string, name: string, namespace: string): PlatformError {
  return new PlatformError('not_found', `${title} ${name} is not found in namespace ${namespace}`, {
    hint: `"${commandOf(title)} list -n ${namespace}" shows what is there.`,
  });
}

/** `kubeless trigger http` of `HTTP trigger` */
function commandOf(title: string): string {
  return `kubeless trigger ${title.split(' ', 1)[0]?.toLowerCase()}`;
}
