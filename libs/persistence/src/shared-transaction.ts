import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { PatientClient, limitsOf, type Prepared } from './patient-client.ts';
import { nowAsText, reasons, type AfterCommit, type Transaction } from './transaction.ts';

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

const ask = async <R>(client: PoolClient, text: string, values: readonly unknown[]): Promise<R[]> => {
  const { rows } = await client.query<R & object>(text, [...values]);
  return rows;
};

/**
 * Statements go out in the order of the calls, without waiting for the answers of earlier ones, and the tenant is set
 * right before a statement whenever the one before it was another tenant's: two calls in one turn of the event loop,
 * so that nothing comes between them.
 */
const viewsOf = (client: PoolClient, now: string) => {
  const after: { tenant: string; work: AfterCommit }[] = [];
  let current: string | undefined;
  let over = false;
  const reasonOf = reasons();
  const asked = <R>(sql: string, values: readonly unknown[]) =>
    ask<R>(client, sql, values).catch((error: unknown) => {
      throw reasonOf(error);
    });
  const view = (tenant: string): Transaction => ({
    now,
    afterCommit: (work) => void after.push({ tenant, work }),
    query: async <R>(sql: string, parameters: readonly unknown[] = []) => {
      if (over) throw new Error('the shared transaction is over');
      const before = current === tenant ? undefined : asked(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
      current = tenant;
      const [rows] = await Promise.all([asked<R>(sql, parameters), before]);
      return rows;
    },
  });
  return { view, after, end: () => void (over = true) };
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
  private readonly pool: Pool;

  constructor(url: string, name: string, { connections, patience }: { connections: number; patience: number }) {
    const config: PoolConfig & { pipeline: boolean; prepared: Prepared } = {
      connectionString: url,
      application_name: name,
      max: connections,
      pipeline: true,
      prepared: 'all',
      Client: PatientClient,
      ...limitsOf(patience),
      // One that waits for a lock holds up all that share the transaction: better each waits alone.
      lock_timeout: 500,
    };
    this.pool = new Pool(config);
    // A connection that breaks while idle is replaced; one in use tells its user.
    this.pool.on('error', () => undefined);
  }

  /**
   * Runs the work and commits; gives what it gave, and what is to be done after. Throws what the work throws, after a
   * rollback, and `OutcomeUnknown` when nobody knows whether the commit happened. The work must have ended all it began
   * when it resolves or rejects.
   */
  async run<T>(work: (shared: SharedTransaction) => Promise<T>) {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => void (broken = error);
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const [row] = await ask<{ now: string }>(client, `SELECT ${nowAsText} AS now`, []);
      const { view, after, end } = viewsOf(client, row!.now);
      const done = await work({ now: row!.now, of: view }).finally(end);
      await commit(client);
      return { done, after };
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) await client.query('ROLLBACK').catch((again: Error) => (broken = again));
      else broken = error;
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
