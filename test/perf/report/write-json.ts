import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Result } from '../measure/rounds.ts';
import { p50Ms, perSecond, type Sample } from '../measure/sample.ts';
import { percentile } from '../measure/statistics.ts';
import type { GroupReport } from './verdict.ts';

export interface Circumstances {
  /** ISO 8601. */
  date: string;
  quick: boolean;
  seconds: number;
  /** Load of the machine over the last minute, before the first measurement. */
  loadBefore: number;
}

/** The whole report for machines: each round of each contender, and the verdicts. */
export async function writeJson(
  path: string,
  circumstances: Circumstances,
  reports: readonly GroupReport[],
): Promise<void> {
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model ?? '',
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    loadAfter: loadavg()[0],
  };
  const groups = reports.map((report) => ({ ...report, results: report.results.map(summary) }));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify({ ...circumstances, machine, groups }, null, 2)}\n`);
}

function summary({ contender, samples }: Result): object {
  const aspects = Object.entries(samples).map(([aspect, rounds]) => [aspect, rounds.map(round)]);
  return { contender, rounds: Object.fromEntries(aspects) };
}

function round(sample: Sample): object {
  const { micros, errors, firstError } = sample;
  return {
    p50Ms: p50Ms(sample),
    p99Ms: percentile(micros, 0.99) / 1000,
    perSecond: perSecond(sample),
    count: micros.length,
    ...(sample.phases && { phases: sample.phases }),
    ...(errors > 0 && { errors, firstError }),
  };
}
