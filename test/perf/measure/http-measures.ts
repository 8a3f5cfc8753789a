import { join } from 'node:path';
import type { Contender } from './contender.ts';
import type { Sample } from './sample.ts';
import { runTool } from './tool.ts';

const clientProgram = join(import.meta.dirname, '../programs/client.mjs');
const callers = 8;
const unlimited = 1e9;
/** Longer than a Kontainer takes to be started ahead. */
const pauseMs = 60;

export interface Load {
  port: number;
  keepAlive: boolean;
  callers: number;
  pauseMs?: number;
  seconds: number;
  calls?: number;
  /** Called in turn. */
  paths: readonly string[];
}

/** Calls a server on this machine; `tools` is the folder of the built native/. */
export function runLoad(tools: string, load: Load): Promise<Sample> {
  const { port, keepAlive, callers, pauseMs = 0, seconds, calls = unlimited, paths } = load;
  const numbers = [port, keepAlive ? 1 : 0, callers, pauseMs, seconds, calls];
  return runTool([`${tools}/load`, ...numbers.map(String), ...paths]);
}

/** All the ways to measure an HTTP server with one path, or several in turn. */
export function httpMeasures(tools: string, port: number, paths: readonly string[]): Contender['measures'] {
  const measure = (load: Partial<Load>) => (seconds: number) =>
    runLoad(tools, { port, paths, seconds, keepAlive: false, callers: 1, ...load });
  return {
    serial: measure({}),
    keepAlive: measure({ keepAlive: true }),
    paced: measure({ pauseMs }),
    client: (seconds) => runTool([process.execPath, clientProgram, String(port), String(seconds), ...paths]),
    throughput: measure({ keepAlive: true, callers }),
  };
}
