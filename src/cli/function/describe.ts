import type { StoredFunction } from '../../api/function.ts';
import { coreEvents, type CoreEvent } from '../../kube/builtin-resources.ts';
import { firstArgument, type Command, type Invocation } from '../command.ts';
import { connectionFlags, outputFlag } from '../common-flags.ts';
import { printObject } from '../print-object.ts';
import { safeText } from '../safe-text.ts';
import { specOf } from '../resources.ts';
import { formatTable } from '../table.ts';
import { dependenciesText, envOf, memoryOf } from './function-columns.ts';
import { statusText } from './function-status.ts';
import { knownFunctionUrl } from './function-url.ts';
import { findFunction } from './find-function.ts';

export const describe: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags: [outputFlag(['json', 'yaml']), ...connectionFlags],
  async run(invocation) {
    const { flags, io } = invocation;
    const found = await findFunction(invocation, firstArgument(invocation));
    const format = flags.text('out');
    if (format !== undefined) return printObject(io.stdout, found, { format });
    const [events, url = ''] = await Promise.all([
      eventsOf(invocation, found),
      knownFunctionUrl(invocation, found.metadata.name ?? ''),
    ]);
    io.stdout.write(formatTable([...rows(found), ['URL:', url]], { maxWidth: 80 }));
    io.stdout.write(section('Conditions', conditionRows(found)));
    io.stdout.write(section('Builds', buildRows(found)));
    io.stdout.write(section('Events', events.map(eventRow)));
    const { log = '' } = found.status ?? {};
    if (log !== '') io.stdout.write(`\nBuild log:\n${safeText(log.trimEnd(), io.stdout)}\n`);
  },
};

function rows(object: StoredFunction): string[][] {
  const { metadata, status } = object;
  const { handler = '', runtime = '' } = specOf(object);
  return [
    ['Name:', metadata.name ?? ''],
    ['Namespace:', metadata.namespace ?? ''],
    ['Handler:', handler],
    ['Runtime:', runtime],
    ['Label:', JSON.stringify(metadata.labels ?? {})],
    ['Envvar:', JSON.stringify(envOf(object))],
    ['Memory:', memoryOf(object)],
    ['Dependencies:', dependenciesText(object)],
    ['Status:', statusText(object)],
    ['Message:', status?.message ?? ''],
    ['Image:', status?.image ?? ''],
  ];
}

function section(title: string, lines: readonly (readonly string[])[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${formatTable(lines, { maxWidth: 80 })}`;
}

function conditionRows({ status }: StoredFunction): string[][] {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return [];
  const lines = conditions.map(({ type, status: holds, reason, message }) => [type, holds, reason, message]);
  return [['TYPE', 'STATUS', 'REASON', 'MESSAGE'], ...lines];
}

function buildRows({ status }: StoredFunction): string[][] {
  const builds = status?.builds ?? [];
  if (builds.length === 0) return [];
  const lines = builds.map(({ digest, runtime = '', time }) => [
    digest,
    runtime,
    time,
    digest === status?.digest ? 'serving' : '',
  ]);
  return [['DIGEST', 'RUNTIME', 'TIME', ''], ...lines];
}

/** Of this object, not of one that had the name before; the oldest first. */
async function eventsOf({ session }: Invocation, { metadata }: StoredFunction): Promise<CoreEvent[]> {
  const { name = '', namespace = '', uid } = metadata;
  const client = await session.client();
  const fieldSelector = `involvedObject.kind=Function,involvedObject.name=${name}`;
  const { items } = await client.list(coreEvents, { namespace, fieldSelector });
  return items
    .filter(({ involvedObject }) => involvedObject.uid === undefined || involvedObject.uid === uid)
    .sort((a, b) => a.lastTimestamp.localeCompare(b.lastTimestamp));
}

function eventRow({ lastTimestamp, type, reason, message, count }: CoreEvent): string[] {
  return [lastTimestamp, type, reason, count > 1 ? `${message} (${count} times)` : message];
}
