import pg from 'pg';
import { Unusable } from '../run.ts';

const bigint = 20;
const usual = pg.types.getTypeParser as (id: number, format?: string) => (text: string) => unknown;

/** The driver gives `bigint` as text; counts and positions here stay far below 2^53. */
const types = { getTypeParser: (id: number, format?: string) => (id === bigint ? Number : usual(id, format)) };

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

/** Throws where the role would see only part of the rows: every table is walled, also against its owner. */
export const requireFullSight = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ role: string; sees: boolean }>(
    `SELECT rolname AS role, rolsuper OR rolbypassrls AS sees FROM pg_roles WHERE rolname = current_user`,
  );
  if (!rows[0]?.sees)
    throw new Unusable(`databases: ${rows[0]?.role} reads ${client.database} behind row-level security.`);
};

/** Gives the rows of a query one by one, however many there are. The client must be in a transaction. */
export const streamRows = async function* <R>(
  client: pg.Client,
  sql: string,
  parameters: readonly unknown[] = [],
): AsyncGenerator<R> {
  await client.query(`DECLARE rows NO SCROLL CURSOR FOR ${sql}`, [...parameters]);
  const fetch = () => client.query<R & pg.QueryResultRow>(`FETCH ${atOnce} FROM rows`);
  let coming = fetch();
  for (;;) {
    const { rows } = await coming;
    const isLast = rows.length < atOnce;
    if (!isLast) {
      // The server makes the next ones ready while these are looked at; whoever reads on hears of a failure.
      coming = fetch();
      coming.catch(() => undefined);
    }
    yield* rows as R[];
    if (isLast) break;
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
