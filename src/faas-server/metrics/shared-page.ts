import type { Clock } from '../../lib/clock.ts';

/** Of the time between two makings, a tenth at most is spent on them. */
const restFactor = 10;

/**
 * A page that costs much to make and that any caller may ask for, again and again: who asks meanwhile gets the same.
 * The page of a few functions takes a millisecond and is as good as new; that of hundreds half a second.
 */
export function sharedPage<T>(make: () => Promise<T>, clock: Pick<Clock, 'monotonic'>): () => Promise<T> {
  let page: Promise<T> | undefined;
  let staleAt = Number.POSITIVE_INFINITY;
  const begin = (): Promise<T> => {
    const startedAt = clock.monotonic();
    staleAt = Number.POSITIVE_INFINITY;
    const made = make();
    const over = (): void => {
      const now = clock.monotonic();
      staleAt = now + restFactor * (now - startedAt);
    };
    made.then(over, over);
    return made;
  };
  return () => {
    if (page === undefined || clock.monotonic() >= staleAt) page = begin();
    return page;
  };
}
