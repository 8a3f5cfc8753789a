import type { Command } from '../command.ts';
import { httpTriggers } from '../resources.ts';
import { defaultHost, httpSpecFromFlags, httpTriggerFlags } from './http-spec.ts';
import { sayWhere } from './say-where.ts';
import { createTrigger, requireFunction, triggerName } from './trigger-object.ts';

export const createHttpTrigger: Command = {
  arguments: [triggerName('http')],
  flags: httpTriggerFlags.map((flag) => (flag.name === 'function-name' ? { ...flag, required: true } : flag)),
  examples: [
    'kubeless trigger http create hello --function-name hello --hostname hello.example.com --path api',
  ],
  async run(invocation) {
    const { flags } = invocation;
    const fields = httpSpecFromFlags(flags);
    const functionName = flags.text('function-name') ?? '';
    await requireFunction(invocation, functionName);
    const host = flags.text('hostname') ?? (await defaultHost(invocation, functionName));
    const spec = { gateway: 'nginx', ...fields, 'host-name': host };
    await createTrigger(invocation, httpTriggers, { spec, title: 'HTTP trigger' });
    if (!flags.on('dryrun')) await sayWhere(invocation);
  },
};
