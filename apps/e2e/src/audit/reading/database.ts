import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const bigint = 20;
const usual = pg.types.getTypeParser as (id: number, format?: string) => (text: string) => unknown;

/** The driver gives `bigint` as text; counts and positions here stay far below 2^53. */
const types = { getTypeParser: (id: number, format?: string) => (id === bigint ? Number : usual(id, format)) };

const policy = 'audit_reads';
const atOnce = 5_000;

/** Connects; throws the driver's error when the database does not answer. */
export const connect = async (url: string, milliseconds = 0): Promise<pg.Client> => {
  const limits = milliseconds > 0 ? { connectionTimeoutMillis: milliseconds, query_timeout: milliseconds } : {};
  const client = new pg.Client({ connectionString: url, application_name: 'tierline-audit', types, ...limits });
  // The query under way tells of a lost connection, too.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

const walledTables = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relforcerowsecurity
       AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)`,
  );
  return rows.map(({ name }) => name);
};

const change = async (client: pg.Client, statement: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      await client.query(`SET lock_timeout = '2s'`);
      await client.query(statement);
      return;
    } catch (error) {
      // 55P03: somebody uses the table just now.
      if ((error as { code?: string }).code !== '55P03' || attempt === 15) throw error;
      await sleep(200);
    }
};

/** Lets the owner of the tables read them: they are walled against the owner, too. Safe to call again. */
export const openWalls = async (client: pg.Client): Promise<void> => {
  for (const table of await walledTables(client)) {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_policies WHERE policyname = $1 AND format('%I.%I', schemaname, tablename) = $2`,
      [policy, table],
    );
    if (rows.length === 0)
      await change(client, `CREATE POLICY ${policy} ON ${table} FOR SELECT TO CURRENT_USER USING (true)`);
  }
};

/** Takes back what `openWalls` did. */
export const closeWalls = async (client: pg.Client): Promise<void> => {
  for (const table of await walledTables(client)) await change(client, `DROP POLICY IF EXISTS ${policy} ON ${table}`);
};

/** Gives the rows of a query one by one, however many there are. The client must be in a transaction. */
export const streamRows = async function* <R>(
  client: pg.Client,
  sql: string,
  parameters: readonly unknown[] = [],
): AsyncGenerator<R> {
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR ${sql}`, [...parameters]);
  for (;;) {
    const { rows } = await client.query<R & pg.QueryResultRow>(`FETCH ${atOnce} FROM rows`);
    yield* rows as R[];
    if (rows.length < atOnce) break;
  }
  await client.query('CLOSE rows');
};

/** All rows of a query. */
export const allRows = async <R>(client: pg.Client, sql: string, parameters: readonly unknown[] = []): Promise<R[]> =>
  (await client.query(sql, [...parameters])).rows as R[];

/** Does the work on one state of the database, whatever happens in it meanwhile. */
export const inSnapshot = async <T>(client: pg.Client, work: () => Promise<T>): Promise<T> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return await work();
  } finally {
    await client.query('COMMIT');
  }
};
