import type { OutputStream } from '../../kontainer/kontainer.ts';

/** One line that a function printed. */
export interface LogLine {
  /** ISO 8601 with milliseconds. */
  time: string;
  requestId: string;
  stream: OutputStream;
  text: string;
}

/** Makes lines of the log from texts that were printed at once. */
export function lineMaker(now: number, requestId: string, stream: OutputStream): (text: string) => string {
  const line: LogLine = { time: new Date(now).toISOString(), requestId, stream, text: '' };
  // Made once: millions of short lines may come.
  const head = JSON.stringify(line).slice(0, -'""}'.length);
  return (text) => `${head}${JSON.stringify(text)}}\n`;
}

/** Undefined for a line that is cut, as a crash in the middle of a write leaves it. */
export function parseLogLine(line: string): LogLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'requestId' in value
      ? (value as LogLine)
      : undefined;
  } catch {
    return undefined;
  }
}
