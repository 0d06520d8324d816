import { setTimeout as sleep } from 'node:timers/promises';
import { scratchDatabase } from '@tierline/testing';
import { Database } from './database.ts';
import type { Plans, Transaction } from './transaction.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;

beforeAll(async () => {
  urls = await scratchDatabase('plans');
  database = await Database.open('plans', { app: urls.appUrl, worker: urls.workerUrl }, { app: 1, worker: 1 });
});

afterAll(async () => {
  await database.close();
  await urls.drop();
});

const lookup = 'SELECT relname FROM pg_class WHERE oid = ANY($1::oid[]) AND relkind = ANY($2::text[])';

/** How often each kept plan of the lookup was used, in this connection. */
const plansOf = (tx: Transaction) =>
  tx.query<{ general: number; special: number }>(
    `SELECT generic_plans::int AS general, custom_plans::int AS special FROM pg_prepared_statements
     WHERE statement LIKE '%relname FROM pg_class%' AND statement NOT LIKE '%pg_prepared_statements%'`,
  );

const lookUp = (plans: Plans) =>
  database.asTenant(
    'acme',
    async (tx) => {
      for (let time = 0; time < 3; time += 1) await tx.query(lookup, [[1259], ['r']]);
      return plansOf(tx);
    },
    plans,
  );

it('of searches are made each time', async () => {
  expect(await lookUp('each')).toEqual([]);
});

it('of lookups by key are made once a connection, and anew when the tables may have grown', async () => {
  await lookUp('by key');
  let used = await lookUp('by key');
  for (const end = performance.now() + 5_000; used[0]!.general > 3 && performance.now() < end; await sleep(100))
    used = await lookUp('by key');
  expect(used).toEqual([{ general: 3, special: 0 }]);
  // Kept for twice as long now.
  expect(await lookUp('by key')).toEqual([{ general: 6, special: 0 }]);
});

it('are made once in background, too', async () => {
  const used = await database.inBackground(async (tx) => {
    for (let time = 0; time < 3; time += 1) await tx.query(lookup, [[1259], ['r']]);
    return plansOf(tx);
  }, 'by key');
  expect(used).toEqual([{ general: 3, special: 0 }]);
});

it('are made once for a statement that is its own transaction, which leaves nothing of itself when it fails', async () => {
  const counted = `${lookup} AND relname <> ''`;
  for (let time = 0; time < 3; time += 1) await database.query(counted, [[1259], ['r']], 'by key');
  const used = await database.inBackground((tx) =>
    tx.query(`SELECT generic_plans::int AS general FROM pg_prepared_statements WHERE statement LIKE '%relname <> %'
              AND statement NOT LIKE '%pg_prepared_statements%'`),
  );
  expect(used).toEqual([{ general: 3 }]);
  await expect(database.query('SELECT 1 / $1::int', [0], 'by key')).rejects.toMatchObject({ code: '22012' });
  expect(await database.query('SELECT $1::int AS one', [1], 'by key')).toEqual([{ one: 1 }]);
});
