import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '@tierline/persistence';
import { backoff } from './deadline.ts';

const longestWait = 5_000;

/**
 * Does what a start needs of the database, again and again while that does not answer. Tells of each try in vain;
 * throws what would not pass by waiting.
 */
export const patiently = async <T>(
  work: () => Promise<T>,
  tell: (error: unknown, attempt: number) => void,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      tell(error, attempt);
      await sleep(backoff(attempt, longestWait));
    }
};
