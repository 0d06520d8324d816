import type { PoolClient } from 'pg';
import { ask } from './connections.ts';
import { planKept } from './patient-client.ts';

/** One open database transaction. */
export type Transaction = {
  /**
   * When it began, by the database's clock: ISO 8601, UTC, milliseconds. Rules take their time from here. Throws in a
   * transaction that begins with its work, before a statement has been answered.
   */
  readonly now: string;
  /** Runs one statement; gives its rows, for every kind of statement. */
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /**
   * Runs one statement whose answer nobody needs: the transaction goes on at once, and its end leaves together with it.
   * Should it fail, so does the transaction, at the latest at its end.
   */
  write(sql: string, parameters?: readonly unknown[]): void;
  /** Waits for what was written. Throws what failed of it first, and then forgets it: for work that a savepoint holds. */
  written(): Promise<void>;
  /** Does the work in a transaction of its own after this one is committed. It is lost if the process dies in between. */
  afterCommit(work: AfterCommit): void;
};

export type AfterCommit = (tx: Transaction) => Promise<unknown>;

/** Of a transaction that failed before; of a statement that could not be prepared, since the transaction had failed. */
const consequences = ['25P02', '26000'];

/**
 * Gives what to throw for a failed statement of one transaction. Statements on the way behind one that failed are
 * refused as well, and what the server says of them does not tell why: for those it is what failed before them.
 */
const reasons = (): ((error: unknown) => unknown) => {
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
 * The statements of one transaction on this connection: `run` gives the rows of one, `add` takes one whose answer nobody
 * needs, and `written` waits for those, and throws the first failure among them, once.
 */
export const statementsOf = (client: PoolClient) => {
  const reasonOf = reasons();
  let underWay: Promise<{ failed: unknown } | undefined>[] = [];
  return {
    run: <R>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
      ask<R>(client, text, values).catch((error: unknown) => {
        throw reasonOf(error);
      }),
    add: (statement: Promise<unknown>): void =>
      void underWay.push(
        statement.then(
          () => undefined,
          (failed: unknown) => ({ failed }),
        ),
      ),
    written: async (): Promise<void> => {
      const ends = underWay;
      underWay = [];
      for (const end of await Promise.all(ends)) if (end) throw end.failed;
    },
  };
};

/**
 * How the statements of a transaction are planned. `by key`: once a connection, for rows that they find by their keys,
 * as commands do; planning each time is half of PostgreSQL's work for a command. `each`: searches each time anew.
 */
export type Plans = 'by key' | 'each';

/**
 * Whether a transaction begins by itself, or leaves in one packet with the first statements of its work, which must not
 * ask for the time before one of them has been answered.
 */
export type Begins = 'before the work' | 'with the work';

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

export type Beginning = { plans: Plans; begins: Begins; settings?: string; parameters?: readonly unknown[] };

/**
 * Runs the work in the transaction that was begun on this connection, and commits it; gives what it gave, and what is to
 * be done after. What it `write`s last leaves together with the commit.
 */
export const runWithin = async <T>(
  client: PoolClient,
  { plans, begins, settings = '', parameters = [] }: Beginning,
  work: (tx: Transaction) => Promise<T>,
): Promise<{ done: T; after: readonly AfterCommit[] }> => {
  const { run, add, written } = statementsOf(client);
  const query = <R>(sql: string, values?: readonly unknown[]) =>
    run<R>(plans === 'by key' ? planKept(sql) : sql, values);
  const after: AfterCommit[] = [];
  let now: string | undefined;
  const begun = run<{ now: string }>(beginning(plans, settings), parameters).then(([row]) => (now = row!.now));
  const tx: Transaction = {
    get now() {
      if (now === undefined) throw new Error('No statement of the transaction has been answered yet.');
      return now;
    },
    query,
    write: (sql, values) => add(query(sql, values)),
    written,
    afterCommit: (each) => void after.push(each),
  };
  if (begins === 'with the work') add(begun);
  else await begun;
  const done = await work(tx);
  // Of a transaction that failed, the end is a rollback.
  await together(written(), client.query('COMMIT'));
  return { done, after };
};
