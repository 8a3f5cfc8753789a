import type { Effort } from './measure/rounds.ts';
import { targets, type GroupName } from './targets.ts';

export interface Options {
  groups: GroupName[];
  quick: boolean;
  effort: Effort;
}

const full: Effort = {
  rounds: 5,
  seconds: { serial: 0.8, keepAlive: 0.4, paced: 0.9, client: 0.8, throughput: 1.2, first: 0.5 },
};
const quick: Effort = {
  rounds: 3,
  seconds: { serial: 0.4, keepAlive: 0, paced: 0.4, client: 0.4, throughput: 0.5, first: 0.3 },
};

const names = Object.keys(targets) as GroupName[];

/** `QUICK=1` measures less; `BENCH=python,c` only these groups. Throws for a group that does not exist. */
export function parseOptions(env: Readonly<Record<string, string | undefined>>): Options {
  const wanted = (env['BENCH'] ?? '').split(',').filter((name) => name !== '');
  const unknown = wanted.filter((name) => !names.includes(name as GroupName));
  if (unknown.length > 0)
    throw new Error(`BENCH=${unknown.join(',')}: there is no such group; there are ${names.join(',')}`);
  const isQuick = !['', '0', undefined].includes(env['QUICK']);
  const groups = wanted.length === 0 ? names : names.filter((name) => wanted.includes(name));
  return { groups, quick: isQuick, effort: isQuick ? quick : full };
}
