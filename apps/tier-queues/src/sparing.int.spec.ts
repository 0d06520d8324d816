import { Database, type Transaction } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { sparing } from './sparing.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;

beforeAll(async () => {
  urls = await scratchDatabase('sparing');
  database = await Database.open('sparing', { app: urls.ownerUrl, worker: urls.ownerUrl });
  await database.query('CREATE TABLE mark (n int PRIMARY KEY CHECK (n <> 5))');
});
afterEach(() => database.query('DELETE FROM mark'));
afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

const numbers = [1, 2, 3, 4, 5, 6, 7];

/** Marks the numbers, of which 5 cannot be marked; gives the parts that were, those that were not, and what is stored. */
const spare = async (work: (tx: Transaction, some: readonly number[]) => Promise<unknown>) => {
  const failed: number[] = [];
  const parts = await database.inBackground((tx) =>
    sparing(
      tx,
      numbers,
      async (some) => {
        await work(tx, some);
        return some;
      },
      (one) => failed.push(one),
    ),
  );
  const rows = await database.query<{ n: number }>('SELECT n FROM mark ORDER BY n');
  return { done: parts.flat(), failed, stored: rows.map(({ n }) => n) };
};

const insert = 'INSERT INTO mark SELECT unnest($1::int[])';
const allButFive = { done: [1, 2, 3, 4, 6, 7], failed: [5], stored: [1, 2, 3, 4, 6, 7] };

it('keeps what was done for all but the one that fails, and tells that one', async () => {
  expect(await spare((tx, some) => tx.query(insert, [some]))).toEqual(allButFive);
});

it('does so, too, when the work does not wait for what it writes', async () => {
  expect(await spare(async (tx, some) => tx.write(insert, [some]))).toEqual(allButFive);
});

it('gives up what is only passing', async () => {
  const passing = spare((tx) => tx.query(`DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$`));
  await expect(passing).rejects.toMatchObject({ code: '53100' });
  expect(await database.query('SELECT n FROM mark')).toEqual([]);
});
