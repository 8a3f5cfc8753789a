/** One line that a function printed, as the data plane keeps it. */
export interface LogLine {
  /** ISO 8601 with milliseconds. */
  time: string;
  requestId: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** Undefined for what is no such line. */
export function parseLine(json: string): LogLine | undefined {
  try {
    const { time, requestId, stream, text } = JSON.parse(json) as Record<string, unknown>;
    if (typeof time !== 'string' || typeof requestId !== 'string' || typeof text !== 'string')
      return undefined;
    return { time, requestId, stream: stream === 'stderr' ? 'stderr' : 'stdout', text };
  } catch {
    return undefined; // not JSON, or null
  }
}

/** In the order of time; those of one time stay in theirs. */
export function mergeByTime(lists: readonly (readonly LogLine[])[]): LogLine[] {
  return lists.flat().sort((a, b) => a.time.localeCompare(b.time));
}
