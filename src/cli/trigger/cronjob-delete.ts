import type { Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { cronJobTriggers } from '../resources.ts';
import { deleteTrigger, triggerName } from './trigger-object.ts';

export const deleteCronJobTrigger: Command = {
  arguments: [triggerName('cronjob')],
  flags: connectionFlags,
  run: (invocation) => deleteTrigger(invocation, cronJobTriggers, 'Cronjob trigger'),
};
