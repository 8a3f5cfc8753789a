import type { FunctionLogs } from '../logs/function-logs.ts';
import type { LogFile } from '../logs/log-files.ts';
import { LineQueue } from '../logs/log-followers.ts';
import { selectedLines, selectLine } from '../logs/read-logs.ts';
import type { LogQuery } from './log-query.ts';

export interface LogStream extends AsyncDisposable {
  /** JSON lines. */
  lines: AsyncIterable<string>;
}

/**
 * What a function printed, oldest first; with `follow` also what it prints later, until the signal aborts. Throws
 * `bad_request` where the names can be none.
 */
export async function openLogStream(
  logs: Pick<FunctionLogs, 'open'>,
  query: LogQuery,
  signal: AbortSignal,
): Promise<LogStream> {
  const queue = query.follow ? new LineQueue() : undefined;
  const { files, stop } = await logs.open(query, queue && ((lines) => queue.push(lines)));
  return {
    lines: linesOf(files, query, queue?.lines(signal)),
    async [Symbol.asyncDispose]() {
      stop();
      for (const { handle } of files) await handle.close();
    },
  };
}

async function* linesOf(
  files: readonly LogFile[],
  query: LogQuery,
  later: AsyncIterable<string> | undefined,
): AsyncGenerator<string> {
  for await (const line of selectedLines(files, query)) yield `${JSON.stringify(line)}\n`;
  for await (const line of later ?? []) if (selectLine(line, query) !== undefined) yield line;
}
