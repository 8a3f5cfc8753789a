import { join } from 'node:path';

/**
 * Where the output of pods' containers lies, for the agent, which writes it, and the API server, which serves it:
 *
 * ```
 * <home>/pods/<pod's uid>/<container>.log             of the run that is on, or the last one
 * <home>/pods/<pod's uid>/<container>.previous.log    of the run before it, if the container was started again
 * ```
 *
 * Lines are as container runtimes write them for kubelet (CRI): `2026-11-30T11:59:01.123000000Z stdout F text`. `P` in the
 * place of `F` is a part of a line that goes on with the next entry of that stream. Files only grow while a container runs,
 * up to `maxLogBytes`; the folder goes with the pod's object.
 */
export const podsPath = (home: string): string => join(home, 'pods');

export const podLogFolder = (home: string, uid: string): string => join(podsPath(home), fileName(uid));

export function podLogPath(home: string, uid: string, container: string, previous = false): string {
  return join(podLogFolder(home, uid), `${fileName(container)}${previous ? '.previous' : ''}.log`);
}

/** What a container writes beyond that is left out, after a line that says so. */
export const maxLogBytes = 10 * 1024 * 1024;

/** Longer lines are cut into parts, as container runtimes do. */
export const maxLineBytes = 16 * 1024;

export type LogStream = 'stdout' | 'stderr';

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  time: string;
  stream: LogStream;
  /** False for a part of a line that goes on. */
  complete: boolean;
  text: string;
}

export function formatLogLine({ time, stream, complete, text }: LogLine): string {
  return `${time} ${stream} ${complete ? 'F' : 'P'} ${text}\n`;
}

/** Without the line break at its end; undefined for what is no such line, such as one that is half written. */
export function parseLogLine(line: string): LogLine | undefined {
  const match = /^(\S+) (stdout|stderr) ([FP]) ([^]*)$/.exec(line);
  if (match === null) return undefined;
  const [, time = '', stream, tag, text = ''] = match;
  return { time, stream: stream as LogStream, complete: tag === 'F', text };
}

export function logTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}000000Z`;
}

/** Names in the API have no slashes; what is asked for over HTTP may. */
function fileName(name: string): string {
  return name === '..' || name === '.' ? '_' : name.replaceAll(/[/\0]/g, '_');
}
