import { linesOf, openLogFiles, type LogFile } from './log-files.ts';
import { parseLogLine, type LogLine } from './log-line.ts';
import { logPath } from './log-paths.ts';

/** Which lines are wanted. */
export interface LogSelection {
  /** Only what the call with this id printed. */
  requestId?: string;
  /** Milliseconds since the epoch; only what was printed from then on. */
  since?: number;
  /** Of those, only the last so many. */
  tailLines?: number;
}

export interface ReadLogsOptions extends LogSelection {
  /** The platform's root folder. */
  root: string;
  namespace: string;
  name: string;
}

/** What a function printed, oldest first; nothing for one that never printed. */
export async function* readLogs({
  root,
  namespace,
  name,
  ...selection
}: ReadLogsOptions): AsyncIterable<LogLine> {
  const files = await openLogFiles(logPath(root, namespace, name));
  yield* selectedLines(files, selection);
}

export async function* selectedLines(
  files: readonly LogFile[],
  { tailLines, ...selection }: LogSelection,
): AsyncGenerator<LogLine> {
  const last: LogLine[] = [];
  for await (const line of linesOf(files)) {
    const parsed = selectLine(line, selection);
    if (parsed === undefined) continue;
    if (tailLines === undefined) yield parsed;
    else if (last.push(parsed) > tailLines) last.shift();
  }
  yield* last;
}

/** Undefined for a line that is not wanted, or is half a line. */
export function selectLine(
  line: string,
  { requestId, since = 0 }: Omit<LogSelection, 'tailLines'>,
): LogLine | undefined {
  // Cheap before exact: most lines of a busy function are another call's.
  if (requestId !== undefined && !line.includes(requestId)) return undefined;
  const parsed = parseLogLine(line);
  if (parsed === undefined || Date.parse(parsed.time) < since) return undefined;
  return requestId === undefined || parsed.requestId === requestId ? parsed : undefined;
}
