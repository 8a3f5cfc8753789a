import { parseDuration } from '../../api/duration.ts';
import type { Pod } from '../../kube/workload-resources.ts';
import { PlatformError } from '../../lib/errors.ts';
import { firstArgument, type Command, type Flag, type Invocation } from '../command.ts';
import { connectionFlags } from '../common-flags.ts';
import { dataPlanePods } from '../data-plane/data-plane-pods.ts';
import { say, type Output } from '../io.ts';
import { safeText } from '../safe-text.ts';
import { findFunction } from './find-function.ts';
import { mergeByTime, type LogLine } from './logs/log-line.ts';
import { podLines, type LogRequest } from './logs/log-source.ts';
import { wholeNumber } from './spec-from-flags.ts';

const flags: readonly Flag[] = [
  { name: 'follow', short: 'f', type: 'switch', description: 'Go on with what is printed from now on.' },
  { name: 'tail', type: 'text', description: 'Only the last so many lines.' },
  { name: 'since', type: 'text', description: 'Only the lines of the last time: 30s, 10m, 2h.' },
  { name: 'request-id', type: 'text', description: 'Only what the call with this x-request-id printed.' },
  { name: 'timestamps', type: 'switch', description: 'Each line begins with its time.' },
  {
    name: 'out',
    short: 'o',
    type: 'text',
    choices: ['json'],
    description: 'JSON lines with time, requestId, stream and text. Default: request id and text.',
  },
  ...connectionFlags,
];

export const logs: Command = {
  arguments: [{ name: 'name', what: 'function name', kind: 'one' }],
  flags,
  description:
    "Shows what a function printed to standard output and standard error, on every node, in the order of time. A call's lines are found by the x-request-id of its answer.",
  examples: ['kubeless function logs hello -f', 'kubeless function logs hello --since 10m -o json'],
  async run(invocation) {
    const { io, session } = invocation;
    const { metadata } = await findFunction(invocation, firstArgument(invocation));
    const request = logRequest(invocation, metadata);
    const client = await session.client();
    const pods = await dataPlanePods(client, io);
    const print = printer(invocation);
    if (invocation.flags.on('follow')) {
      const { followPods } = await import('./logs/follow-pods.ts');
      return followPods(client, request, io, print);
    }
    const read = (pod: Pod) => podLines(client, pod, { ...request, follow: false }, io);
    const all = await Promise.all(pods.map((pod) => collect(read(pod))));
    const lines = mergeByTime(all);
    const { tailLines = lines.length } = request;
    for (const line of lines.slice(Math.max(0, lines.length - tailLines))) print(line);
    if (lines.length === 0 && io.stderr.isTTY === true)
      say(io, 'No lines of it are kept: it was not called, or its calls printed nothing.');
  },
};

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function logRequest(
  { flags: given, io }: Invocation,
  metadata: { namespace?: string; name?: string },
): LogRequest {
  const { namespace = '', name = '' } = metadata;
  const [requestId, since] = [given.text('request-id'), given.text('since')];
  const tailLines = wholeNumber(given, 'tail', 0, 1_000_000);
  return {
    namespace,
    name,
    ...(requestId === undefined ? {} : { requestId }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(since === undefined ? {} : { sinceTime: timeBefore(io.clock.now(), since) }),
  };
}

function timeBefore(now: number, since: string): string {
  try {
    return new Date(now - parseDuration(since)).toISOString();
  } catch (error) {
    throw new PlatformError('bad_request', `--since must be a time such as 30s, 10m or 2h, not "${since}"`, {
      cause: error,
    });
  }
}

function printer({ flags: given, io }: Invocation): (line: LogLine) => void {
  const { stdout } = io;
  if (given.text('out') === 'json') return (line) => stdout.write(`${JSON.stringify(line)}\n`);
  const [times, ids] = [given.on('timestamps'), given.text('request-id') === undefined];
  return (line) => stdout.write(plainLine(line, { times, ids, stdout }));
}

function plainLine(
  { time, requestId, text }: LogLine,
  { times, ids, stdout }: { times: boolean; ids: boolean; stdout: Output },
): string {
  const words = [...(times ? [time] : []), ...(ids ? [requestId] : []), safeText(text, stdout)];
  return `${words.join(' ')}\n`;
}
