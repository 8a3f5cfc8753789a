import type { Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { httpTriggers } from '../resources.ts';
import { deleteTrigger, triggerName } from './trigger-object.ts';

export const deleteHttpTrigger: Command = {
  arguments: [triggerName('http')],
  flags: connectionFlags,
  run: (invocation) => deleteTrigger(invocation, httpTriggers, 'HTTP trigger'),
};
