import type { Command } from '../command.ts';
import { cronJobTriggers } from '../resources.ts';
import { cronJobSpecFromFlags, cronJobTriggerFlags } from './cronjob-spec.ts';
import { requireFunction, triggerName, updateTrigger } from './trigger-object.ts';

export const updateCronJobTrigger: Command = {
  arguments: [triggerName('cronjob')],
  flags: cronJobTriggerFlags,
  description:
    'What no flag says stays as it is; an empty text, as of --payload "" or --time-zone "", removes it.',
  async run(invocation) {
    const spec = await cronJobSpecFromFlags(invocation, null);
    const functionName = invocation.flags.text('function');
    if (functionName !== undefined) await requireFunction(invocation, functionName);
    await updateTrigger(invocation, cronJobTriggers, { spec, title: 'Cronjob trigger' });
  },
};
