import type { StoredFunction } from '../../api/function.ts';
import type { KubeClient } from '../../kube/client-types.ts';
import type { Pod } from '../../kube/workload-resources.ts';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import type { Command, Flag, Invocation } from '../command.ts';
import { allNamespacesFlag, connectionFlags, outputFlag } from '../common-flags.ts';
import { dataPlanePods, statusPath } from '../data-plane/data-plane-pods.ts';
import { parseMetrics, type Sample } from '../data-plane/parse-metrics.ts';
import { printObject } from '../print-object.ts';
import { functions } from '../resources.ts';
import { formatTable } from '../table.ts';
import { errorMessage } from '../../lib/errors.ts';
import { findFunction } from './find-function.ts';
import { usageOf, type Usage } from './top/usage.ts';

const flags: readonly Flag[] = [
  { name: 'function', short: 'f', type: 'text', description: 'Only this function.' },
  outputFlag(['wide', 'json', 'yaml']),
  allNamespacesFlag,
  ...connectionFlags,
];

export const top: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'optional' }],
  flags,
  description:
    'Counts of every node since its server started. -o wide also shows how calls ended and where their Kontainers came from.',
  examples: ['kubeless function top', 'kubeless function top hello -o wide'],
  async run(invocation) {
    const { flags: given, io, session } = invocation;
    const wanted = await wantedFunctions(invocation);
    const { samples, message } = await readMetrics(await session.client(), invocation);
    const rows = wanted.flatMap((object) => usageOf(object.metadata, samples, message));
    const format = given.text('out');
    if (format === 'json' || format === 'yaml') return printObject(io.stdout, rows.map(asObject), { format });
    const columns = format === 'wide' ? [...header, ...wideHeader] : header;
    io.stdout.write(formatTable([columns, ...rows.map((row) => cellsOf(row, format === 'wide'))]));
  },
};

async function wantedFunctions(invocation: Invocation): Promise<StoredFunction[]> {
  const { args, flags: given, session } = invocation;
  const name = args[0] ?? given.text('function');
  if (name !== undefined) return [await findFunction(invocation, name)];
  const client = await session.client();
  const where = given.on('all-namespaces') ? {} : { namespace: await session.namespace() };
  const { items } = await client.list(functions, where);
  const key = ({ metadata }: StoredFunction) => `${metadata.name} ${metadata.namespace}`;
  return items.sort((a, b) => key(a).localeCompare(key(b)));
}

/** Of all nodes that answer in time; why some do not. */
async function readMetrics(
  client: KubeClient,
  { io }: Invocation,
): Promise<{ samples: Sample[]; message: string }> {
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(answerMs)]);
  const results = await Promise.allSettled(
    (await dataPlanePods(client, io)).map((pod) => metricsPage(client, pod, signal)),
  );
  const samples = results.flatMap((result) =>
    result.status === 'fulfilled' ? parseMetrics(result.value) : [],
  );
  const failed = results.find((result) => result.status === 'rejected');
  const message =
    failed === undefined ? '' : `Unable to get function metrics: ${errorMessage(failed.reason)}`;
  return { samples, message };
}

/** As Kubeless: who has not answered by then is left out. */
const answerMs = 5000;

async function metricsPage(client: KubeClient, pod: Pod, signal: AbortSignal): Promise<string> {
  const body = await client.openPath(statusPath(pod, '/metrics'), { signal });
  return (await buffer(Readable.from(body))).toString('utf8');
}

const header = [
  'NAME',
  'NAMESPACE',
  'METHOD',
  'TOTAL_CALLS',
  'TOTAL_FAILURES',
  'TOTAL_DURATION_SECONDS',
  'AVG_DURATION_SECONDS',
  'MESSAGE',
];
const wideHeader = ['OUTCOMES', 'STARTS'];

function cellsOf(usage: Usage, wide: boolean): string[] {
  const { name, namespace, method, calls, failures, seconds, message, outcomes, starts } = usage;
  const average = calls === 0 ? 0 : seconds / calls;
  const numbers = [calls, failures, rounded(seconds), rounded(average)].map(String);
  const more = wide ? [countsText(outcomes), countsText(starts)] : [];
  return [name, namespace, method, ...numbers, message, ...more];
}

function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${what}: ${count}`).join('\n');
}

/** Kubeless' keys; what is zero or empty is left out. */
function asObject({ name, namespace, method, message, calls, failures, seconds }: Usage): object {
  const all = {
    function: name,
    namespace,
    method,
    message,
    total_calls: calls,
    total_failures: failures,
    total_duration_seconds: rounded(seconds),
    avg_duration_seconds: calls === 0 ? 0 : rounded(seconds / calls),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0 && value !== ''));
}

/** To microseconds. */
function rounded(seconds: number): number {
  return Number(seconds.toFixed(6));
}
