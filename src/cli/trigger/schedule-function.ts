import type { StoredCronJobTrigger } from '../../api/cronjob-trigger.ts';
import type { StoredFunction } from '../../api/function.ts';
import { isBeingDeleted } from '../../kube/finalizers.ts';
import { isAlreadyExists, isConflict, orUndefined } from '../../kube/kube-error.ts';
import { controlledBy } from '../../kube/owner-references.ts';
import { refOf } from '../../kube/objects.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Invocation } from '../command.ts';
import { apiVersion, cronJobTriggers, functions } from '../resources.ts';

const attempts = 40;
const pauseMs = 250;

/**
 * The trigger that calls a function at the times of `--schedule`: it has the function's name and goes with it, as with
 * Kubeless. One that a function of the name before left is taken along, or waited for while it goes.
 */
export async function scheduleFunction(
  { io, session }: Invocation,
  owner: StoredFunction,
  schedule: string,
): Promise<void> {
  const client = await session.client();
  const wanted = scheduledTrigger(owner, schedule);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const there = await orUndefined(client.get(cronJobTriggers, refOf(wanted)));
      if (there === undefined) return void (await client.create(cronJobTriggers, wanted));
      if (!isBeingDeleted(there)) {
        const { resourceVersion = '' } = requireSame(there, wanted).metadata;
        const { labels, ownerReferences } = wanted.metadata;
        const patch = { metadata: { labels, ownerReferences }, spec: wanted.spec };
        await client.mergePatch(cronJobTriggers, refOf(wanted), patch, {
          preconditions: { resourceVersion },
        });
        return;
      }
    } catch (error) {
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
    await io.clock.sleep(pauseMs, io.signal);
  }
  const { name = '' } = wanted.metadata;
  throw new PlatformError('conflict', `the cronjob trigger ${name} of before does not go`, {
    hint: `See "kubectl describe cronjobtrigger ${name}".`,
  });
}

type ScheduledTrigger = StoredCronJobTrigger & { spec: { 'function-name': string; schedule: string } };

function scheduledTrigger(owner: StoredFunction, schedule: string): ScheduledTrigger {
  const { name = '', namespace = '' } = owner.metadata;
  const labels = { 'created-by': 'kubeless', function: name };
  // Not its controller: what it is stays the user's.
  const { controller: _, ...reference } = controlledBy(functions, owner);
  return {
    apiVersion,
    kind: 'CronJobTrigger',
    metadata: { name, namespace, labels, ownerReferences: [{ ...reference, blockOwnerDeletion: false }] },
    spec: { schedule, 'function-name': name },
  };
}

/** A trigger of another function that has just this name is somebody's own. */
function requireSame(there: StoredCronJobTrigger, { spec }: ScheduledTrigger): StoredCronJobTrigger {
  const { 'function-name': name } = (there.spec ?? {}) as { 'function-name'?: string };
  if (name === spec['function-name']) return there;
  const own = there.metadata.name ?? '';
  throw new PlatformError('conflict', `the cronjob trigger ${own} exists and calls ${name}`, {
    hint: `Delete it, or schedule the function under another name: kubeless trigger cronjob create NAME --function ${own}.`,
  });
}
