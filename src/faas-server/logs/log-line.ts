import type { OutputStream } from '../../kontainer/kontainer.ts';

/** One line that a function printed. */
export interface LogLine {
  /** ISO 8601 with milliseconds. */
  time: string;
  requestId: string;
  stream: OutputStream;
  text: string;
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
