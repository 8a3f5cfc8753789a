import type { StoredFunction } from '../../api/function.ts';
import { firstArgument, type Command } from '../command.ts';
import { say } from '../io.ts';
import { pairs } from '../key-values.ts';
import { printObject } from '../print-object.ts';
import { functions, specOf } from '../resources.ts';
import { checkRuntime } from './check-runtime.ts';
import { sayDeployed } from './deploy.ts';
import { updateFlags } from './deploy-flags.ts';
import { findFunction } from './find-function.ts';
import { mergePodFields } from './merge-pod-fields.ts';
import { specFromFlags, type SpecFields } from './spec-from-flags.ts';
import { SourceUploads } from './source-uploads.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export const update: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: updateFlags,
  description:
    'What no flag says stays as it is. Labels are added to the old ones; --env, --secret-env and --configmap-env together replace the old variables; --secrets and --configmaps are added.',
  examples: ['kubeless function update hello --from-file hello.py --wait'],
  async run(invocation) {
    const { flags, io, session } = invocation;
    const name = firstArgument(invocation);
    const [client, namespace] = [await session.client(), await session.namespace()];
    await checkRuntime({ flags, io, session });
    const old = await findFunction(invocation, name);
    const large = new SourceUploads({ session, io, dryRun: flags.on('dryrun') });
    const spec = mergeSpec(old, await specFromFlags(name, flags, io, large));
    const labels = pairs(flags.list('label'));
    const patch = { ...(flags.given('label') ? { metadata: { labels } } : {}), spec };
    const ref = { namespace, name };
    if (flags.on('dryrun')) {
      const object = await client.mergePatch(functions, ref, patch, { dryRun: true });
      await printObject(io.stdout, object, { format: flags.text('output') ?? 'yaml', indent: 4 });
      return;
    }
    say(io, 'Redeploying function...');
    const updated = await client.mergePatch(functions, ref, patch);
    sayDeployed(invocation, name);
    if (flags.on('wait')) await waitUntilReady(invocation, updated);
  },
};

/** As a merge patch: what is new replaces what was another way to say the same. */
function mergeSpec(old: StoredFunction, fields: SpecFields): object {
  const spec = specOf(old);
  const source = fields.function === undefined ? {} : { source: null, image: null, rollback: null };
  const image = fields.image === undefined ? {} : { function: null, source: null, checksum: null };
  const pod = fields.deployment === undefined ? {} : { deployment: mergePodFields(spec, fields) };
  const place = fields.source === undefined ? {} : { source: { url: null, git: null, ...fields.source } };
  return { ...source, ...image, ...fields, ...place, ...pod };
}
