import { isDuplicate, isOutrun } from '@tierline/persistence';

/** Repeats after the first try. */
const most = 2;

/**
 * Runs a transaction again that lost against another one and left nothing behind: the second of two that made the same
 * row finds it at its next try, and one that was ended so that a deadlock could be solved goes after the other.
 */
export const repeating = async <T>(attempt: () => Promise<T>): Promise<T> => {
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (repeats === most || !(isDuplicate(error) || isOutrun(error))) throw error;
    }
  }
};
