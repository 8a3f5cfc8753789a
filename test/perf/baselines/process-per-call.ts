import { join } from 'node:path';
import type { Contender } from '../measure/contender.ts';
import { spawnMeasures } from '../measure/spawn-measures.ts';
import type { Workbench } from '../place/workbench.ts';

/** A language started anew for each call, with no server and no sandbox. */
export function pythonPerCall(bench: Workbench): Contender {
  const command = ['/usr/bin/python3', join(bench.programs, 'hello.py')];
  return { name: 'python3 per call', measures: spawnMeasures(bench.tools, { kind: 'run', command }) };
}

export function nodePerCall(bench: Workbench): Contender {
  const command = [bench.node, join(bench.programs, 'hello.mjs')];
  return { name: 'node per call', measures: spawnMeasures(bench.tools, { kind: 'run', command }) };
}
