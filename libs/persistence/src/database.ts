import { DataSource, type MigrationInterface } from 'typeorm';
import { PatientClient, limitsOf, planKept, type Prepared } from './patient-client.ts';
import { SharedTransactions, type SharedTransaction } from './shared-transaction.ts';
import {
  beginning,
  rowsOf,
  together,
  transactionOf,
  type AfterCommit,
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

const source = (url: string, name: string, prepared: Prepared, poolSize: number, patience: number) =>
  new DataSource({
    type: 'postgres',
    url,
    applicationName: name,
    poolSize,
    logging: false,
    extra: {
      Client: PatientClient,
      ...limitsOf(patience),
      // Statements that do not wait for one another's answers need not wait for the way there and back.
      pipeline: true,
      prepared,
    },
  });

/**
 * A service's database. HTTP work runs as one tenant under row-level security; background work runs under a
 * second role. Both see a transaction whose `now` is the database's clock.
 */
export class Database {
  private constructor(
    private readonly app: DataSource,
    private readonly worker: DataSource,
    private readonly shared: SharedTransactions,
  ) {}

  /** Opens both pools. Throws the driver's error when the database does not answer. */
  static async open(service: string, addresses: DatabaseAddresses, options: Options = {}): Promise<Database> {
    const app = source(
      addresses.app,
      `${service}/http`,
      'all but searches',
      options.app ?? 10,
      options.patience ?? 10_000,
    );
    const worker = source(
      addresses.worker,
      `${service}/background`,
      'all',
      options.worker ?? 8,
      options.patience ?? 20_000,
    );
    await Promise.all([app.initialize(), worker.initialize()]);
    const shared = new SharedTransactions(addresses.app, `${service}/shared`, {
      connections: options.shared ?? 2,
      patience: options.patience ?? 10_000,
    });
    return new Database(app, worker, shared);
  }

  /** Runs HTTP work of one tenant in one transaction: rows of other tenants do not exist for it. */
  async asTenant<T>(tenant: string, work: (tx: Transaction) => Promise<T>, plans: Plans = 'each'): Promise<T> {
    const after: AfterCommit[] = [];
    const first = beginning(plans, `, set_config('app.tenant', $1, true)`);
    const done = await this.app.transaction(async (manager) => {
      const [row] = await manager.query<{ now: string }[]>(first, [tenant]);
      return work(transactionOf(manager, row!.now, after, plans));
    });
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
  async inBackground<T>(work: (tx: Transaction) => Promise<T>, plans: Plans = 'each'): Promise<T> {
    const after: AfterCommit[] = [];
    const first = beginning(plans, '');
    const done = await this.worker.transaction(async (manager) => {
      const [row] = await manager.query<{ now: string }[]>(first);
      return work(transactionOf(manager, row!.now, after, plans));
    });
    for (const each of after) await this.inBackground(each);
    return done;
  }

  /** Runs one background statement that is its own transaction. */
  async query<R = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
    plans: Plans = 'each',
  ): Promise<R[]> {
    if (plans === 'by key') return this.queryByKey<R>(sql, parameters);
    return rowsOf<R>(await this.worker.query(sql, [...parameters]));
  }

  /** Beginning, statement and end leave in one packet: none needs the answer of the one before. */
  private async queryByKey<R>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    const runner = this.worker.createQueryRunner();
    try {
      // Of a transaction that failed, the end is a rollback.
      const [, , result] = await together<readonly unknown[]>(
        runner.query('BEGIN'),
        runner.query(beginning('by key', '')),
        runner.query(planKept(sql), [...parameters]),
        runner.query('COMMIT'),
      );
      return rowsOf<R>(result);
    } finally {
      await runner.release();
    }
  }

  /** Throws when the database does not answer. */
  async ping(): Promise<void> {
    await this.worker.query('SELECT 1');
  }

  async close(): Promise<void> {
    await Promise.all([this.app.destroy(), this.worker.destroy(), this.shared.close()]);
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
