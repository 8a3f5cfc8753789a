import type { StoredFunction } from '../../api/function.ts';
import type { Command } from '../command.ts';
import { connectionFlags, outputFlag } from '../common-flags.ts';
import { printObject } from '../print-object.ts';
import { functions } from '../resources.ts';
import { formatTable } from '../table.ts';
import { autoscalerOf, metricOf } from './autoscaler.ts';

export const listAutoscale: Command = {
  arguments: [],
  flags: [outputFlag(['json', 'yaml']), ...connectionFlags],
  async run({ flags, io, session }) {
    const [client, namespace] = [await session.client(), await session.namespace()];
    const { items } = await client.list(functions, { namespace });
    const format = flags.text('out');
    if (format !== undefined) {
      const rules = items.flatMap((item) => autoscalerOf(item) ?? []);
      return printObject(io.stdout, rules, { format });
    }
    const header = ['NAME', 'NAMESPACE', 'TARGET', 'MIN', 'MAX', 'METRIC', 'VALUE'];
    io.stdout.write(formatTable([header, ...items.flatMap(row)]));
  },
};

function row(object: StoredFunction): string[][] {
  const autoscaler = autoscalerOf(object);
  if (autoscaler === undefined) return [];
  const { scaleTargetRef, minReplicas = 1, maxReplicas = 1 } = autoscaler.spec ?? {};
  const { name = '', namespace = '' } = object.metadata;
  const limits = [String(minReplicas), String(maxReplicas)];
  return [[name, namespace, scaleTargetRef?.name ?? '', ...limits, ...metricOf(autoscaler)]];
}
