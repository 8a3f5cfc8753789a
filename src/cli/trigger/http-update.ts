import type { Command } from '../command.ts';
import { httpTriggers } from '../resources.ts';
import { httpSpecFromFlags, httpTriggerFlags } from './http-spec.ts';
import { sayWhere } from './say-where.ts';
import { requireFunction, triggerName, updateTrigger } from './trigger-object.ts';

export const updateHttpTrigger: Command = {
  arguments: [triggerName('http')],
  flags: httpTriggerFlags,
  description: 'What no flag says stays as it is; an empty text, as of --tls-secret "", removes it.',
  async run(invocation) {
    const spec = httpSpecFromFlags(invocation.flags, null);
    const functionName = invocation.flags.text('function-name');
    if (functionName !== undefined) await requireFunction(invocation, functionName);
    await updateTrigger(invocation, httpTriggers, { spec, title: 'HTTP trigger' });
    if (!invocation.flags.on('dryrun')) await sayWhere(invocation);
  },
};
