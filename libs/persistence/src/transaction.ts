import type { EntityManager } from 'typeorm';

/** One open database transaction. */
export type Transaction = {
  /** When it began, by the database's clock: ISO 8601, UTC, milliseconds. Rules take their time from here. */
  readonly now: string;
  /** Runs one statement; gives its rows, for every kind of statement. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
};

/** The rows of a TypeORM query result, which is `[rows, count]` for UPDATE and DELETE. */
export const rowsOf = <R>(result: unknown): R[] => {
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  return (Array.isArray(first) && typeof second === 'number' ? first : result) as R[];
};

/** Wraps a TypeORM transaction. */
export const transactionOf = (manager: EntityManager, now: string): Transaction => ({
  now,
  query: async (sql, parameters = []) => rowsOf(await manager.query(sql, [...parameters])),
});

/** `clock_timestamp()` of the transaction's begin in the form that events carry. */
export const nowAsText = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
