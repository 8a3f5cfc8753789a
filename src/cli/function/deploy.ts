import type { StoredFunction } from '../../api/function.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import { isAlreadyExists } from '../../kube/kube-error.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command, type Invocation } from '../command.ts';
import { say } from '../io.ts';
import { checkFunctionName } from '../names.ts';
import { printObject } from '../print-object.ts';
import { functions } from '../resources.ts';
import { checkSchedule } from '../trigger/schedule.ts';
import { scheduleFunction } from '../trigger/schedule-function.ts';
import { checkRuntime } from './check-runtime.ts';
import { deployFlags } from './deploy-flags.ts';
import { checkComplete, functionObject } from './function-object.ts';
import { SourceUploads } from './source-uploads.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export const deploy: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: deployFlags,
  examples: [
    'kubeless function deploy hello --runtime python3.11 --handler hello.handler --from-file hello.py --wait',
    'tar -cz . | kubeless function deploy hello -r nodejs24 --handler index.main -f - -d package.json',
  ],
  async run(invocation) {
    const { flags, io, session } = invocation;
    const name = firstArgument(invocation);
    const { object, schedule } = await prepare(name, invocation);
    if (flags.on('dryrun')) {
      const format = flags.text('output') ?? 'yaml';
      await printObject(io.stdout, object, { format, indent: 4 });
      return;
    }
    const client = await session.client();
    say(io, 'Deploying function...');
    const created = await create(client, object);
    sayDeployed(invocation, name);
    if (schedule !== undefined) await scheduleFunction(invocation, created, schedule);
    if (flags.on('wait')) await waitUntilReady(invocation, created);
  },
};

async function create(client: KubeClient, object: StoredFunction): Promise<StoredFunction> {
  try {
    return await client.create(functions, object);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const name = object.metadata.name ?? '';
    throw new PlatformError('conflict', `Function ${name} already exists`, {
      hint: `Change it with "kubeless function update ${name}", or keep it in a functions.yaml and run "kubeless apply".`,
      cause: error,
    });
  }
}

async function prepare(name: string, { flags, io, session }: Invocation) {
  const schedule = flags.text('schedule');
  if (schedule !== undefined) checkSchedule(schedule);
  checkFunctionName(name);
  checkComplete(flags);
  await checkRuntime({ flags, io, session });
  const namespace = await session.namespace();
  const large = new SourceUploads({ session, io, dryRun: flags.on('dryrun') });
  return { object: await functionObject({ name, namespace }, flags, io, large), schedule };
}

export function sayDeployed({ flags, io }: Invocation, name: string): void {
  const namespace = flags.text('namespace');
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  say(io, `Function ${name} submitted for deployment`);
  if (flags.on('wait')) return;
  say(io, `Check the deployment status executing 'kubeless function ls ${name}${where}'`);
}
