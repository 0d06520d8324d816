import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats an assertion until it holds and gives its value; fails with its last error after `within` milliseconds.
 * For what other processes do in their own time; never for asserting speed.
 */
export const eventually = async <T>(assertion: () => Promise<T> | T, within = 20_000): Promise<T> => {
  const end = Date.now() + within;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await sleep(25);
  }
};
