import { parseNanos } from '../../api/quantity.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import type { FlagValues } from '../flag-values.ts';
import { findFunction } from '../function/find-function.ts';
import { wholeNumber } from '../function/spec-from-flags.ts';
import { say } from '../io.ts';
import { functions } from '../resources.ts';
import { newAutoscaler, type AutoscalerOptions } from './autoscaler.ts';

export const createAutoscale: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: [
    { name: 'min', type: 'text', default: '1', description: 'Fewest replicas.' },
    { name: 'max', type: 'text', default: '1', description: 'Most replicas.' },
    {
      name: 'metric',
      type: 'text',
      default: 'cpu',
      choices: ['cpu', 'qps'],
      description: 'What is measured.',
    },
    {
      name: 'value',
      type: 'text',
      required: true,
      description: 'CPU utilisation in percent, or calls a second.',
    },
    ...connectionFlags,
  ],
  description:
    'Kept in the Function for a data plane of its own. The shared one scales with the nodes, and its calls need no rule.',
  async run(invocation) {
    const { flags, io, session } = invocation;
    const options = autoscalerOptions(flags);
    const found = await findFunction(invocation, firstArgument(invocation));
    const { name = '', namespace = '' } = found.metadata;
    say(io, 'Adding autoscaling rule to the function...');
    const horizontalPodAutoscaler = newAutoscaler(found, options);
    const client = await session.client();
    await client.mergePatch(functions, { namespace, name }, { spec: { horizontalPodAutoscaler } });
    say(io, `Autoscaling rule for ${name} submitted for deployment`);
  },
};

function autoscalerOptions(flags: FlagValues): AutoscalerOptions {
  const [min, max] = [replicas(flags, 'min'), replicas(flags, 'max')];
  if (min === 0) throw new PlatformError('bad_request', "min can't be negative or zero");
  if (max < min) throw new PlatformError('bad_request', 'max must be greater than or equal to min');
  const metric = flags.text('metric') === 'qps' ? 'qps' : 'cpu';
  const value = flags.text('value') ?? '';
  if (metric === 'cpu' && !/^[1-9]\d{0,8}$/.test(value))
    throw new PlatformError('bad_request', `--value must be a percentage such as 60, not "${value}"`);
  if (metric === 'qps' && !isPositive(value))
    throw new PlatformError('bad_request', `--value must be calls a second such as 10, not "${value}"`);
  return { min, max, metric, value };
}

/** As many as a HorizontalPodAutoscaler can say. */
function replicas(flags: FlagValues, name: string): number {
  return wholeNumber(flags, name, 0, 2_147_483_647) ?? 1;
}

function isPositive(quantity: string): boolean {
  try {
    return parseNanos(quantity) > 0n;
  } catch {
    return false;
  }
}
