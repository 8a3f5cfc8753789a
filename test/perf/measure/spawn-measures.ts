import type { Contender } from './contender.ts';
import type { Sample } from './sample.ts';
import { runTool } from './tool.ts';

const callers = 8;
const unlimited = 1e9;

/** A program that is started for each call; `{n}` in an argument is replaced by the caller's number. */
export interface Spawn {
  /** How the call ends, see native/spawn.c. */
  kind: string;
  /** Makes the place where it runs. */
  within?: readonly string[];
  command: readonly string[];
}

export function runSpawn(
  tools: string,
  { kind, within = [], command }: Spawn,
  { callers, seconds, calls = unlimited }: { callers: number; seconds: number; calls?: number },
): Promise<Sample> {
  return runTool([...within, `${tools}/spawn`, `${callers}`, `${seconds}`, `${calls}`, kind, ...command]);
}

export function spawnMeasures(tools: string, spawn: Spawn): Contender['measures'] {
  return {
    serial: (seconds) => runSpawn(tools, spawn, { callers: 1, seconds }),
    throughput: (seconds) => runSpawn(tools, spawn, { callers, seconds }),
  };
}

/** A program that loops by itself, one turn after the other. */
export function loopMeasures(run: (seconds: number) => Promise<Sample>): Contender['measures'] {
  return { throughput: run };
}
