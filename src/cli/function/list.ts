import type { StoredCronJobTrigger } from '../../api/cronjob-trigger.ts';
import type { StoredFunction } from '../../api/function.ts';
import { orUndefined } from '../../kube/kube-error.ts';
import { PlatformError } from '../../lib/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { allNamespacesFlag, connectionFlags, outputFlag } from '../common-flags.ts';
import { printObject } from '../print-object.ts';
import { cronJobTriggers, functions, specOf } from '../resources.ts';
import { formatTable } from '../table.ts';
import { dependenciesText, envLines, labelLines, memoryOf } from './function-columns.ts';
import { statusText } from './function-status.ts';

export const list: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'many' }],
  flags: [outputFlag(['wide', 'json', 'yaml']), allNamespacesFlag, ...connectionFlags],
  async run(invocation) {
    const { flags, io } = invocation;
    const found = await selected(invocation);
    const format = flags.text('out');
    if (format === 'json' || format === 'yaml') return printObject(io.stdout, found, { format });
    if (format === 'wide') {
      const schedules = await scheduleByFunction(invocation);
      io.stdout.write(formatTable([wideHeader, ...found.map((item) => wideRow(item, schedules))]));
      return;
    }
    io.stdout.write(formatTable([header, ...found.map(row)]));
  },
};

async function selected({ args, flags, session }: Invocation): Promise<StoredFunction[]> {
  const [client, namespace] = [await session.client(), await session.namespace()];
  if (args.length === 0 && flags.on('all-namespaces')) return (await client.list(functions)).items;
  if (args.length === 0) return (await client.list(functions, { namespace })).items;
  const byName = args.map(async (name) => {
    const found = await orUndefined(client.get(functions, { namespace, name }));
    if (found !== undefined) return found;
    throw new PlatformError('not_found', `Error listing function ${name}: it is not found`, {
      hint: `"kubeless function ls -n ${namespace}" shows what is in namespace ${namespace}.`,
    });
  });
  return Promise.all(byName);
}

const header = ['NAME', 'NAMESPACE', 'HANDLER', 'RUNTIME', 'DEPENDENCIES', 'STATUS'];
const wideHeader = [
  ...header.slice(0, 4),
  'TYPE',
  'TOPIC',
  'DEPENDENCIES',
  'STATUS',
  'MEMORY',
  'ENV',
  'LABEL',
  'SCHEDULE',
];

function firstCells(object: StoredFunction): string[] {
  const { name = '', namespace = '' } = object.metadata;
  const { handler = '', runtime = '' } = specOf(object);
  return [name, namespace, handler, runtime];
}

function row(object: StoredFunction): string[] {
  return [...firstCells(object), dependenciesText(object), statusText(object)];
}

function wideRow(object: StoredFunction, schedules: ReadonlyMap<string, string>): string[] {
  const schedule = schedules.get(`${object.metadata.namespace}/${object.metadata.name}`) ?? '';
  return [
    ...firstCells(object),
    schedule === '' ? 'HTTP' : 'Scheduled',
    '', // topics are Kafka's and NATS' triggers
    dependenciesText(object),
    statusText(object),
    memoryOf(object),
    envLines(object).join('\n'),
    labelLines(object).join('\n'),
    schedule,
  ];
}

async function scheduleByFunction({ flags, session }: Invocation): Promise<Map<string, string>> {
  const client = await session.client();
  const where = flags.on('all-namespaces') ? {} : { namespace: await session.namespace() };
  const { items } = await client.list(cronJobTriggers, where);
  return new Map(items.map((trigger) => scheduleOf(trigger)));
}

function scheduleOf({ metadata, spec }: StoredCronJobTrigger): [string, string] {
  const fields = (spec ?? {}) as { 'function-name'?: string; schedule?: string };
  return [`${metadata.namespace}/${fields['function-name'] ?? ''}`, fields.schedule ?? ''];
}
