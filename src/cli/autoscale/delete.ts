import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { findFunction } from '../function/find-function.ts';
import { say } from '../io.ts';
import { functions } from '../resources.ts';
import { autoscalerOf } from './autoscaler.ts';

export const deleteAutoscale: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: connectionFlags,
  async run(invocation) {
    const { io, session } = invocation;
    const found = await findFunction(invocation, firstArgument(invocation));
    const { name = '', namespace = '' } = found.metadata;
    if (autoscalerOf(found) === undefined)
      throw new PlatformError('not_found', `Not found an autoscale definition for ${name}`, {
        hint: '"kubeless autoscale list" shows those that there are.',
      });
    say(io, 'Removing autoscaling rule from the function...');
    const client = await session.client();
    await client.mergePatch(functions, { namespace, name }, { spec: { horizontalPodAutoscaler: null } });
    say(io, `Remove Autoscaling rule from ${name} successfully`);
  },
};
