import { isTransient, type Transaction } from '@tierline/persistence';

/**
 * Does work on several things together; where that fails for good, in halves, down to the one that fails alone and is
 * told to `failed`. What failed leaves nothing behind; the transaction goes on. Throws what is only passing.
 */
export const sparing = async <T>(
  tx: Transaction,
  things: readonly T[],
  work: (things: readonly T[]) => Promise<void>,
  failed: (thing: T, error: unknown) => void,
): Promise<void> => {
  const [first, ...others] = things;
  if (first === undefined) return;
  await tx.query('SAVEPOINT sparing');
  try {
    await work(things).finally(() => tx.written());
    await tx.query('RELEASE SAVEPOINT sparing');
  } catch (error) {
    if (isTransient(error)) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT sparing');
    if (others.length === 0) {
      failed(first, error);
      return;
    }
    const middle = Math.ceil(things.length / 2);
    await sparing(tx, things.slice(0, middle), work, failed);
    await sparing(tx, things.slice(middle), work, failed);
  }
};
