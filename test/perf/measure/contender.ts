import type { Sample } from './sample.ts';

/**
 * Ways to measure: one call after the other over new connections (`serial`) or over one (`keepAlive`); the same over new
 * connections with pauses, so that what is started ahead is there (`paced`), and by Node's own client (`client`); 8 callers at once (`throughput`); calls to
 * functions of which no process exists (`first`).
 */
export const aspects = ['serial', 'keepAlive', 'paced', 'client', 'throughput', 'first'] as const;
export type Aspect = (typeof aspects)[number];

/** Takes about so many seconds. */
export type Measure = (seconds: number) => Promise<Sample>;

/** One of the things that are measured side by side: a limit, or what we made. */
export interface Contender {
  name: string;
  measures: Partial<Record<Aspect, Measure>>;
}

/** A value of its own, such as memory. */
export interface Figure {
  name: string;
  value: number;
  unit: 'bytes';
  /** Promised; without one the figure is only told. */
  atMost?: number;
  note: string;
}

/** Contenders whose relations count: they are measured in turn, round by round. */
export interface Group {
  contenders: readonly Contender[];
  /** Taken after the rounds. */
  figures?: () => Promise<Figure[]>;
}
