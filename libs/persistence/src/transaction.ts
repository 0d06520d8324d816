import type { EntityManager } from 'typeorm';
import { planKept } from './patient-client.ts';

/** One open database transaction. */
export type Transaction = {
  /** When it began, by the database's clock: ISO 8601, UTC, milliseconds. Rules take their time from here. */
  readonly now: string;
  /** Runs one statement; gives its rows, for every kind of statement. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /** Does the work in a transaction of its own after this one is committed. It is lost if the process dies in between. */
  afterCommit(work: AfterCommit): void;
};

export type AfterCommit = (tx: Transaction) => Promise<unknown>;

/** The rows of a TypeORM query result, which is `[rows, count]` for UPDATE and DELETE. */
export const rowsOf = <R>(result: unknown): R[] => {
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  return (Array.isArray(first) && typeof second === 'number' ? first : result) as R[];
};

/** Of a transaction that failed before; of a statement that could not be prepared, since the transaction had failed. */
const consequences = ['25P02', '26000'];

/**
 * Gives what to throw for a failed statement of one transaction. Statements on the way behind one that failed are
 * refused as well, and what the server says of them does not tell why: for those it is what failed before them.
 */
export const reasons = (): ((error: unknown) => unknown) => {
  let reason: unknown;
  return (error) => {
    if (!consequences.includes(String((error as { code?: unknown }).code))) reason = error;
    return reason ?? error;
  };
};

/**
 * Waits for statements of one transaction that are on the way together: for all of them, so that none is left behind.
 * They run in the order in which they were begun. Throws what failed first.
 */
export const together = async <T extends readonly unknown[]>(
  ...statements: { readonly [I in keyof T]: Promise<T[I]> }
): Promise<T> => {
  const ends = await Promise.allSettled(statements);
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  }) as unknown as T;
};

/**
 * How the statements of a transaction are planned. `by key`: once a connection, for rows that they find by their keys,
 * as commands do; planning each time is half of PostgreSQL's work for a command. `each`: searches each time anew.
 */
export type Plans = 'by key' | 'each';

/**
 * Left to itself PostgreSQL goes on planning what joins arrays, since it cannot know how long they are; and of a table
 * that is empty at that moment it would rather read all.
 */
const byKey = `set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`;

/** `clock_timestamp()` of the transaction's begin in the form that events carry. */
export const nowAsText = `to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The first statement of a transaction: gives its `now`, and says how it plans. */
export const beginning = (plans: Plans, settings: string): string => {
  if (plans === 'each') return `SELECT ${nowAsText} AS now${settings}`;
  return planKept(`SELECT ${nowAsText} AS now, ${byKey}${settings}`);
};

/** Wraps a TypeORM transaction. */
export const transactionOf = (
  manager: EntityManager,
  now: string,
  after: AfterCommit[],
  plans: Plans = 'each',
): Transaction => {
  const reasonOf = reasons();
  return {
    now,
    afterCommit: (work) => void after.push(work),
    query: async (sql, parameters = []) => {
      try {
        return rowsOf(await manager.query(plans === 'by key' ? planKept(sql) : sql, [...parameters]));
      } catch (error) {
        throw reasonOf(error);
      }
    },
  };
};
