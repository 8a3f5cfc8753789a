import type { EnvVar } from '../../api/env-var.ts';
import type { StoredFunction } from '../../api/function.ts';
import { firstArgument, type Command } from '../command.ts';
import type { FlagValues } from '../flag-values.ts';
import { say } from '../io.ts';
import { pairs } from '../key-values.ts';
import { printObject } from '../print-object.ts';
import { functions, specOf } from '../resources.ts';
import { checkRuntime } from './check-runtime.ts';
import { sayDeployed } from './deploy.ts';
import { functionFlags, updateFlags } from './deploy-flags.ts';
import { removedName, updatedEnv } from './env-flags.ts';
import { findFunction } from './find-function.ts';
import { envOf } from './function-columns.ts';
import { withRemovals } from './removals.ts';
import { mergePodFields, withoutPodEnv } from './merge-pod-fields.ts';
import { specFromFlags, type SpecFields } from './spec-from-flags.ts';
import { SourceUploads } from './source-uploads.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export const update: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: updateFlags,
  description:
    'What no flag says stays as it is. Labels are added to the old ones; --env, --secret-env and --configmap-env together replace the old variables, --env "" leaves none, and --env NAME- takes one away and lets the others be, as --label KEY- does; --secrets and --configmaps are added, and NAME- takes one away. An empty text takes away what a flag once set, as --memory "" or --secrets "".',
  examples: [
    'kubeless function update hello --from-file hello.py --wait',
    'kubeless function update hello --env DEBUG-',
    'kubeless function update hello --memory "" --secrets token-',
  ],
  async run(invocation) {
    const { flags, io, session } = invocation;
    const name = firstArgument(invocation);
    const [client, namespace] = [await session.client(), await session.namespace()];
    await checkRuntime({ flags, io, session });
    const old = await findFunction(invocation, name);
    const large = new SourceUploads({ session, io, dryRun: flags.on('dryrun') });
    const env = updatedEnv(flags, envOf(old));
    const spec = mergeSpec(old, { flags, fields: await specFromFlags(name, flags, io, large), env });
    const labels = changedLabels(flags.list('label'));
    const patch = { ...(flags.given('label') ? { metadata: { labels } } : {}), spec };
    const ref = { namespace, name };
    if (flags.on('dryrun')) {
      const object = await client.mergePatch(functions, ref, patch, { dryRun: true });
      await printObject(io.stdout, object, { format: flags.text('output') ?? 'yaml', indent: 4 });
      return;
    }
    const isSaid = functionFlags.some((flag) => flags.given(flag.name));
    say(
      io,
      isSaid ? 'Redeploying function...' : `No flag says what to change: function ${name} stays as it is`,
    );
    const updated = isSaid ? await client.mergePatch(functions, ref, patch) : old;
    if (isSaid) sayDeployed(invocation, name);
    if (flags.on('wait')) await waitUntilReady(invocation, updated);
  },
};

/** Merged into the old ones; `KEY-` takes one away. */
function changedLabels(items: readonly string[]): Record<string, string | null> {
  const removed = items.flatMap((item) => removedName(item) ?? []).map((name) => [name, null] as const);
  const set = pairs(items.filter((item) => removedName(item) === undefined));
  return { ...set, ...Object.fromEntries(removed) };
}

interface Changes {
  flags: FlagValues;
  fields: SpecFields;
  env: EnvVar[] | undefined;
}

/** As a merge patch: what is new replaces what was another way to say the same. */
function mergeSpec(old: StoredFunction, { flags, fields, env }: Changes): object {
  const spec = specOf(old);
  const source = fields.function === undefined ? {} : { source: null, image: null, rollback: null };
  const image = fields.image === undefined ? {} : { function: null, source: null, checksum: null };
  const changes = env === undefined ? fields : withoutPodEnv(spec, fields);
  const deployment = mergePodFields(spec, changes, flags);
  const pod = deployment === undefined ? {} : { deployment };
  const variables = env === undefined ? {} : { env: env.length === 0 ? null : env };
  const place = fields.source === undefined ? {} : { source: { url: null, git: null, ...fields.source } };
  return withRemovals({ ...source, ...image, ...fields, ...place, ...pod, ...variables }, flags);
}
