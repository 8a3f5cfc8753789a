import type { Command } from '../command.ts';
import { cronJobTriggers } from '../resources.ts';
import { cronJobSpecFromFlags, cronJobTriggerFlags } from './cronjob-spec.ts';
import { createTrigger, requireFunction, triggerName } from './trigger-object.ts';

const required = ['function', 'schedule'];

export const createCronJobTrigger: Command = {
  arguments: [triggerName('cronjob')],
  flags: cronJobTriggerFlags.map((flag) =>
    required.includes(flag.name) ? { ...flag, required: true } : flag,
  ),
  examples: [
    'kubeless trigger cronjob create report --function report --schedule "0 6 * * 1-5" --time-zone Europe/Berlin',
  ],
  async run(invocation) {
    const spec = await cronJobSpecFromFlags(invocation);
    await requireFunction(invocation, invocation.flags.text('function') ?? '');
    await createTrigger(invocation, cronJobTriggers, { spec, title: 'Cronjob trigger' });
  },
};
