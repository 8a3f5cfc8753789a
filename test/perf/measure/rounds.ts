import { setTimeout as sleep } from 'node:timers/promises';
import { aspects, type Aspect, type Contender, type Group } from './contender.ts';
import type { Sample } from './sample.ts';

export interface Effort {
  rounds: number;
  /** Of one measurement; 0 leaves it out. */
  seconds: Record<Aspect, number>;
}

/** What one contender did in all rounds, by aspect. */
export interface Result {
  contender: string;
  samples: Partial<Record<Aspect, Sample[]>>;
}

const warmUpSeconds = 0.2;
/** For what the contender before has started ahead, or has not cleaned up yet. */
const settleMs = 100;

/** Measures all contenders in turn, and again: A B A B, since the machine's other work comes and goes. */
export async function runRounds(
  { contenders }: Group,
  effort: Effort,
  tell: (text: string) => void,
): Promise<Result[]> {
  for (const { measures } of contenders) await (measures.serial ?? measures.throughput)?.(warmUpSeconds);
  const results = contenders.map(({ name }): Result => ({ contender: name, samples: {} }));
  for (let round = 1; round <= effort.rounds; round += 1) {
    tell(`round ${round} of ${effort.rounds}`);
    for (const aspect of aspects)
      for (const [index, contender] of contenders.entries())
        await measureOne(contender, aspect, effort.seconds[aspect], results[index]);
  }
  return results;
}

async function measureOne(
  { measures }: Contender,
  aspect: Aspect,
  seconds: number,
  result: Result | undefined,
): Promise<void> {
  const measure = measures[aspect];
  if (measure === undefined || result === undefined || seconds === 0) return;
  await sleep(settleMs);
  const sample = await measure(seconds);
  (result.samples[aspect] ??= []).push(sample);
}
