import type { PoolClient } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Connections, ask } from './connections.ts';
import { planKept } from './patient-client.ts';
import { SharedTransactions, type SharedTransaction } from './shared-transaction.ts';
import {
  beginning,
  runWithin,
  together,
  type Beginning,
  type Begins,
  type Plans,
  type Transaction,
} from './transaction.ts';

/** Where a service's database is, by role. */
export type DatabaseAddresses = {
  /** Role of HTTP work: row-level security is forced on it. */
  app: string;
  /** Role of background work: names the tenant in each statement. */
  worker: string;
};

type Options = {
  /** Connections at most. */
  app?: number;
  worker?: number;
  shared?: number;
  /** How long a statement may take, in milliseconds; 0: as long as it likes. By default 10 s, in background 20 s. */
  patience?: number;
};

const answers = (connections: Connections): Promise<void> =>
  connections.lend(async (client) => {
    await ask(client, 'SELECT 1');
  });

const within = <T>(connections: Connections, beginning: Beginning, work: (tx: Transaction) => Promise<T>) =>
  connections.transaction((client) => runWithin(client, beginning, work));

/** Beginning, statement and end leave in one packet: none needs the answer of the one before. */
const askByKey = async <R>(client: PoolClient, sql: string, parameters: readonly unknown[]): Promise<R[]> => {
  void client.query('BEGIN');
  const [, rows] = await together<readonly [unknown, R[], unknown]>(
    ask(client, beginning('by key', '')),
    ask<R>(client, planKept(sql), parameters),
    // Of a transaction that failed, the end is a rollback.
    client.query('COMMIT'),
  );
  return rows;
};

/**
 * A service's database. HTTP work runs as one tenant under row-level security; background work runs under a
 * second role. Both see a transaction whose `now` is the database's clock.
 */
export class Database {
  private constructor(
    private readonly app: Connections,
    private readonly worker: Connections,
    private readonly shared: SharedTransactions,
  ) {}

  /** Opens connections of both roles. Throws the driver's error when the database does not answer. */
  static async open(service: string, addresses: DatabaseAddresses, options: Options = {}): Promise<Database> {
    const app = new Connections(addresses.app, `${service}/http`, {
      connections: options.app ?? 10,
      prepared: 'all but searches',
      patience: options.patience ?? 10_000,
    });
    const worker = new Connections(addresses.worker, `${service}/background`, {
      connections: options.worker ?? 8,
      prepared: 'all',
      patience: options.patience ?? 20_000,
    });
    const shared = new SharedTransactions(addresses.app, `${service}/shared`, {
      connections: options.shared ?? 2,
      patience: options.patience ?? 10_000,
    });
    const database = new Database(app, worker, shared);
    await together(answers(app), answers(worker)).catch(async (error: unknown) => {
      await database.close();
      throw error;
    });
    return database;
  }

  /** Runs HTTP work of one tenant in one transaction: rows of other tenants do not exist for it. */
  async asTenant<T>(
    tenant: string,
    work: (tx: Transaction) => Promise<T>,
    plans: Plans = 'each',
    begins: Begins = 'before the work',
  ): Promise<T> {
    const settings = `, set_config('app.tenant', $1, true)`;
    const { done, after } = await within(this.app, { plans, begins, settings, parameters: [tenant] }, work);
    for (const each of after) await this.asTenant(tenant, each);
    return done;
  }

  /**
   * Runs HTTP work of several tenants in one transaction: each sees its own rows alone. The work must have ended all
   * that it began when it resolves or rejects. Throws `OutcomeUnknown` when the connection broke during the commit.
   */
  async asTenants<T>(work: (shared: SharedTransaction) => Promise<T>): Promise<T> {
    const { done, after } = await this.shared.run(work);
    for (const { tenant, work: each } of after) await this.asTenant(tenant, each);
    return done;
  }

  /** Runs background work, over all tenants, in one transaction. */
  async inBackground<T>(
    work: (tx: Transaction) => Promise<T>,
    plans: Plans = 'each',
    begins: Begins = 'before the work',
  ): Promise<T> {
    const { done, after } = await within(this.worker, { plans, begins }, work);
    for (const each of after) await this.inBackground(each);
    return done;
  }

  /** Runs one background statement that is its own transaction. */
  async query<R = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    plans: Plans = 'each',
  ): Promise<R[]> {
    return this.worker.lend((client) => (plans === 'by key' ? askByKey<R> : ask<R>)(client, sql, parameters));
  }

  /** Throws when the database does not answer. */
  ping(): Promise<void> {
    return answers(this.worker);
  }

  async close(): Promise<void> {
    await Promise.all([this.app.close(), this.worker.close(), this.shared.close()]);
  }
}

const roleOf = (url: string) => decodeURIComponent(new URL(url).username);

/** A role's name as an SQL identifier. */
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

const protectFunction = (app: string, worker: string) => `
  CREATE OR REPLACE FUNCTION protect_tenant_table(t regclass) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY one_tenant ON %s TO ${app}
      USING (tenant_id = current_setting(''app.tenant'', true))
      WITH CHECK (tenant_id = current_setting(''app.tenant'', true))', t);
    EXECUTE format('CREATE POLICY background ON %s TO ${worker} USING (true) WITH CHECK (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${app}, ${worker}', t);
  END $$;
  CREATE OR REPLACE FUNCTION background_table(t regclass) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${worker}', t);
  END $$;
  GRANT USAGE ON SCHEMA public TO ${app}, ${worker};
  ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO ${app}, ${worker};`;

export type Migration = new () => MigrationInterface;

/**
 * Brings the schema up to date, under a lock, so that several pods may start at once.
 * Migrations may call `protect_tenant_table('t')` for a table that HTTP work uses (it needs a `tenant_id`)
 * and `background_table('t')` for one that only background work uses.
 */
export const migrate = async (
  ownerUrl: string,
  addresses: DatabaseAddresses,
  migrations: readonly Migration[],
): Promise<void> => {
  const owner = new DataSource({ type: 'postgres', url: ownerUrl, migrations: [...migrations], poolSize: 2 });
  await owner.initialize();
  const lock = owner.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock(7305811)');
    await lock.query(protectFunction(identifier(roleOf(addresses.app)), identifier(roleOf(addresses.worker))));
    await owner.runMigrations({ transaction: 'each' });
    await lock.query('SELECT pg_advisory_unlock(7305811)');
  } finally {
    await lock.release();
    await owner.destroy();
  }
};
