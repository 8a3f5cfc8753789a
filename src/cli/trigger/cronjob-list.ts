import type { StoredCronJobTrigger } from '../../api/cronjob-trigger.ts';
import type { Command } from '../command.ts';
import { connectionFlags, outputFlag } from '../common-flags.ts';
import { printObject } from '../print-object.ts';
import { cronJobTriggers } from '../resources.ts';
import { cells, formatTable } from '../table.ts';

export const listCronJobTriggers: Command = {
  arguments: [],
  flags: [outputFlag(['wide', 'json', 'yaml']), ...connectionFlags],
  async run({ flags, io, session }) {
    const [client, namespace] = [await session.client(), await session.namespace()];
    const { items } = await client.list(cronJobTriggers, { namespace });
    const format = flags.text('out');
    if (format === 'json' || format === 'yaml') return printObject(io.stdout, items, { format });
    const wide = format === 'wide';
    const more = wide ? ['LAST RUN', 'LAST SUCCESS', 'STATUS'] : [];
    const header = ['NAME', 'NAMESPACE', 'SCHEDULE', 'FUNCTION NAME', ...more];
    io.stdout.write(formatTable([header, ...items.map((item) => row(item, wide))]));
  },
};

function row({ metadata, spec, status }: StoredCronJobTrigger, wide: boolean): string[] {
  const fields = (spec ?? {}) as Record<string, string | undefined>;
  const first = cells(metadata.name, metadata.namespace, fields['schedule'], fields['function-name']);
  const { lastScheduleTime, lastSuccessfulTime, message } = status ?? {};
  return wide ? [...first, ...cells(lastScheduleTime, lastSuccessfulTime, message)] : first;
}
