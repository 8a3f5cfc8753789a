import { isDeepStrictEqual } from 'node:util';
import type { StoredFunction } from '../../api/function.ts';
import { apply as applyObject, type Applied } from '../../kube/apply.ts';
import { errorMessage, PlatformError } from '../../lib/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { waitFlags } from '../function/deploy-flags.ts';
import { waitUntilReady } from '../function/wait-until-ready.ts';
import { say } from '../io.ts';
import { functions } from '../resources.ts';
import { fileFlag, readFunctionsFile } from './functions-file.ts';
import { inParallel } from './in-parallel.ts';
import { shownFields } from './shown-fields.ts';

/** Requests at a time. */
const parallel = 16;

export const apply: Command = {
  arguments: [],
  flags: [fileFlag, ...waitFlags, ...connectionFlags],
  description:
    'Creates the functions of the file, changes those that differ, and leaves alone what others set. A function that is no longer in the file stays.',
  examples: ['kubeless apply --wait', 'kubeless diff && kubeless apply'],
  async run(invocation) {
    const { flags, io, session } = invocation;
    const wanted = await readFunctionsFile(invocation);
    const client = await session.client();
    const applied = await inParallel(wanted, parallel, async (object) => {
      const applied = await applyObject(client, functions, object);
      say(io, `function ${object.metadata.name ?? ''} ${whatHappened(applied)}`);
      return applied.object;
    });
    if (flags.on('wait')) await waitForAll(invocation, applied);
  },
};

/** What diff said: a Function that was deployed without a file gets our record the first time, and is what it was. */
function whatHappened({ before, object }: Applied<StoredFunction>): string {
  if (before === undefined) return 'created';
  return isDeepStrictEqual(shownFields(before), shownFields(object)) ? 'unchanged' : 'configured';
}

/** One after the other: all of them are under way anyway. One that fails does not keep the others from being waited for. */
async function waitForAll(invocation: Invocation, applied: readonly StoredFunction[]): Promise<void> {
  const failed: string[] = [];
  await using shared = await shareVersions(invocation, applied);
  for (const object of applied) {
    const name = object.metadata.name ?? '';
    await waitUntilReady(invocation, object, shared).catch((error: unknown) => {
      if (invocation.io.signal.aborted) throw error;
      failed.push(name);
      say(invocation.io, `${name}: ${errorMessage(error)}`);
    });
  }
  if (failed.length === 0) return;
  throw new PlatformError(
    'start_failed',
    `${failed.length} of ${applied.length} functions are not ready: ${failed.join(', ')}`,
  );
}

async function shareVersions({ io, session }: Invocation, [first, ...others]: readonly StoredFunction[]) {
  if (others.length === 0) return undefined;
  const { SharedVersions } = await import('../function/shared-versions.ts');
  return SharedVersions.open(await session.client(), first?.metadata.namespace ?? '', io);
}
