import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { hasErrno } from '../../lib/errors.ts';
import { parseLogLine, type LogLine } from './log-line.ts';
import { logPath, rotatedSuffix } from './log-paths.ts';

export interface ReadLogsOptions {
  /** The platform's root folder. */
  root: string;
  namespace: string;
  name: string;
  /** Only what the call with this id printed. */
  requestId?: string;
}

/** What a function printed, oldest first; nothing for one that never printed. */
export async function* readLogs({
  root,
  namespace,
  name,
  requestId,
}: ReadLogsOptions): AsyncIterable<LogLine> {
  const path = logPath(root, namespace, name);
  for (const file of [path + rotatedSuffix, path]) {
    for await (const line of linesOf(file)) {
      // Cheap before exact: most lines of a busy function are another call's.
      if (requestId !== undefined && !line.includes(requestId)) continue;
      const parsed = parseLogLine(line);
      if (parsed && (requestId === undefined || parsed.requestId === requestId)) yield parsed;
    }
  }
}

async function* linesOf(file: string): AsyncIterable<string> {
  try {
    yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
}
