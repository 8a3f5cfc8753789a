import type { StoredHttpTrigger } from '../../api/http-trigger.ts';
import type { Command } from '../command.ts';
import { connectionFlags, outputFlag } from '../common-flags.ts';
import { printObject } from '../print-object.ts';
import { httpTriggers } from '../resources.ts';
import { cells, formatTable } from '../table.ts';

export const listHttpTriggers: Command = {
  arguments: [],
  flags: [outputFlag(['wide', 'json', 'yaml']), ...connectionFlags],
  async run({ flags, io, session }) {
    const [client, namespace] = [await session.client(), await session.namespace()];
    const { items } = await client.list(httpTriggers, { namespace });
    const format = flags.text('out');
    if (format === 'json' || format === 'yaml') return printObject(io.stdout, items, { format });
    const wide = format === 'wide';
    const header = ['NAME', 'NAMESPACE', 'FUNCTION NAME', ...(wide ? ['HOST', 'PATH', 'URL', 'STATUS'] : [])];
    io.stdout.write(formatTable([header, ...items.map((item) => row(item, wide))]));
  },
};

function row({ metadata, spec, status }: StoredHttpTrigger, wide: boolean): string[] {
  const fields = (spec ?? {}) as Record<string, string | undefined>;
  const first = cells(metadata.name, metadata.namespace, fields['function-name']);
  const path = `/${fields['path'] ?? ''}`;
  return wide ? [...first, ...cells(fields['host-name'], path, status?.url, status?.message)] : first;
}
