import type { PoolClient } from 'pg';
import { Connections, ask } from './connections.ts';
import { nowAsText, statementsOf, together, type AfterCommit, type Transaction } from './transaction.ts';

/** One transaction that HTTP work of several tenants shares; each has its own view of it. */
export type SharedTransaction = {
  /** When it began, as in `Transaction`. */
  readonly now: string;
  /** The transaction as this tenant sees it: every statement runs under row-level security of this tenant alone. */
  of(tenant: string): Transaction;
};

/** The connection broke while the commit was under way: it may have happened or not, so the work must not be repeated. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';

  constructor(cause: unknown) {
    super('The connection to the database broke during the commit.', { cause });
  }
}

/**
 * Statements go out in the order of the calls, without waiting for the answers of earlier ones, and the tenant is set
 * right before a statement whenever the one before it was another tenant's: two calls in one turn of the event loop,
 * so that nothing comes between them.
 */
const viewsOf = (client: PoolClient, now: string) => {
  const after: { tenant: string; work: AfterCommit }[] = [];
  let current: string | undefined;
  let over = false;
  const { run, add, written } = statementsOf(client);
  const view = (tenant: string): Transaction => {
    const query = async <R>(sql: string, parameters?: readonly unknown[]) => {
      if (over) throw new Error('the shared transaction is over');
      const before = current === tenant ? undefined : run(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      current = tenant;
      const [rows] = await Promise.all([run<R>(sql, parameters), before]);
      return rows;
    };
    return {
      now,
      query,
      write: (sql, parameters) => add(query(sql, parameters)),
      written,
      afterCommit: (work) => void after.push({ tenant, work }),
    };
  };
  return { view, after, written, end: () => void (over = true) };
};

const isAnswered = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));

const commit = async (client: PoolClient): Promise<void> => {
  try {
    await client.query('COMMIT');
  } catch (error) {
    // The server refused it, so it did not happen; without an answer nobody knows.
    throw isAnswered(error) ? error : new OutcomeUnknown(error);
  }
};

/** Connections for shared transactions, under the role of HTTP work. */
export class SharedTransactions {
  private readonly connections: Connections;

  constructor(url: string, name: string, { connections, patience }: { connections: number; patience: number }) {
    // One that waits for a lock holds up all that share the transaction: better each waits alone.
    this.connections = new Connections(url, name, { connections, prepared: 'all', patience, lockPatience: 500 });
  }

  /**
   * Runs the work and commits; gives what it gave, and what is to be done after. Throws what the work throws, after a
   * rollback, and `OutcomeUnknown` when nobody knows whether the commit happened. The work must have ended all it began
   * when it resolves or rejects.
   */
  run<T>(work: (shared: SharedTransaction) => Promise<T>) {
    return this.connections.transaction(async (client) => {
      const [row] = await ask<{ now: string }>(client, `SELECT ${nowAsText} AS now`);
      const { view, after, written, end } = viewsOf(client, row!.now);
      const done = await work({ now: row!.now, of: view }).finally(end);
      // Both are on the way together; whether it was committed says the commit alone.
      const committed = commit(client);
      await together(committed, written());
      return { done, after };
    });
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}
