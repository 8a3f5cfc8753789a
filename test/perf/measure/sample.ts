import * as z from 'zod';
import type { Phases } from './phases.ts';
import { percentile } from './statistics.ts';

/** What one tool of native/ (or a program like it) measured in one go. */
export const sampleSchema = z.object({
  elapsedMicros: z.number(),
  /** How long each piece of work took that went well. */
  micros: z.array(z.number()),
  errors: z.number(),
  firstError: z.string(),
});

/** `phases`: of calls that faas-server served. */
export type Sample = z.infer<typeof sampleSchema> & { phases?: Phases };

/** Milliseconds within which half of the work was done. */
export const p50Ms = ({ micros }: Sample): number => percentile(micros, 0.5) / 1000;

/** Pieces of work done a second. */
export const perSecond = ({ micros, elapsedMicros }: Sample): number => (micros.length / elapsedMicros) * 1e6;

export function joinSamples(samples: readonly Sample[]): Sample {
  return {
    elapsedMicros: samples.reduce((sum, { elapsedMicros }) => sum + elapsedMicros, 0),
    micros: samples.flatMap(({ micros }) => micros),
    errors: samples.reduce((sum, { errors }) => sum + errors, 0),
    firstError: samples.find(({ firstError }) => firstError !== '')?.firstError ?? '',
  };
}
