import type { ReferencedObject } from './env-values.ts';

/** What a Secret came to: perhaps with something to complain about, perhaps with nothing that can be used. */
export interface Resolved<T> {
  value: T;
  problems: readonly { reason: string; message: string }[];
}

/** A Secret, or why there is none. */
export type FoundSecret = ReferencedObject | string;
