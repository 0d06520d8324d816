import { isTransient, type Transaction } from '@tierline/persistence';

/**
 * Does work on several things together; where that fails for good, in halves, down to the one that fails alone and is
 * told to `failed`. Gives what the work gave for those that did not fail. What failed leaves nothing behind; the
 * transaction goes on. Throws what is only passing.
 */
export const sparing = async <T, R>(
  tx: Transaction,
  things: readonly T[],
  work: (things: readonly T[]) => Promise<R>,
  failed: (thing: T, error: unknown) => void,
): Promise<R[]> => {
  const [first, ...others] = things;
  if (first === undefined) return [];
  await tx.query('SAVEPOINT sparing');
  try {
    const done = await work(things).finally(() => tx.written());
    await tx.query('RELEASE SAVEPOINT sparing');
    return [done];
  } catch (error) {
    if (isTransient(error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT sparing');
    if (others.length === 0) {
      failed(first, error);
      return [];
    }
    const middle = Math.ceil(things.length / 2);
    const before = await sparing(tx, things.slice(0, middle), work, failed);
    return [...before, ...(await sparing(tx, things.slice(middle), work, failed))];
  }
};
