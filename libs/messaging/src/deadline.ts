import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the work, but not longer than this many milliseconds; false if it is not done by then. Throws what it throws. */
export const doneWithin = async (milliseconds: number, work: Promise<unknown>): Promise<boolean> => {
  const over = new AbortController();
  const late = sleep(milliseconds, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
    // A failure that comes after the deadline has nobody left to be told.
    work.catch(() => undefined);
  }
};

/** Waits this many milliseconds, or until the signal; never throws. */
export const restUntil = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  sleep(milliseconds, undefined, { signal }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });

/** Milliseconds to wait after so many failures in a row: 200 after the first, then twice as long each time up to `most`. */
export const backoff = (failures: number, most: number): number => Math.min(most, 100 * 2 ** Math.min(failures, 10));
