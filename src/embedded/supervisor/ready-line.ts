import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';

const pollMs = 10;
const chunkBytes = 64 * 1024;

export interface ReadyLineOptions {
  /** The log file that the program's standard output goes to. */
  path: string;
  /** Where in the file this run of the program began. */
  from: number;
  clock: Clock;
  /** Aborted when the program has ended. */
  signal: AbortSignal;
}

/**
 * Resolves true once the file has a line `{"ready":true,…}` behind `from`, false when the signal aborts first. Programs write
 * to the file themselves, so that nothing passes through us for as long as they run.
 */
export async function readyLine({ path, from, clock, signal }: ReadyLineOptions): Promise<boolean> {
  const file = openSync(path, 'r');
  try {
    for (
      let offset = from, rest = '';
      !signal.aborted;
      await clock.sleep(pollMs, signal).catch(() => undefined)
    ) {
      const text = readFrom(file, offset);
      offset += text.length;
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      if (lines.some(isReadyLine)) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}

/** One character a byte: what is looked for is ASCII, and no character can be cut in two. */
function readFrom(file: number, offset: number): string {
  const buffer = Buffer.alloc(Math.min(Math.max(fstatSync(file).size - offset, 0), chunkBytes));
  return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, offset)).toString('latin1');
}

export function isReadyLine(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'ready' in value && value.ready === true;
  } catch {
    return false;
  }
}
