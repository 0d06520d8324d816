import { scratchDatabase } from '@tierline/testing';
import { Database } from './database.ts';
import type { Transaction } from './transaction.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;

beforeAll(async () => {
  urls = await scratchDatabase('writes');
  const owner = await Database.open('writes', { app: urls.ownerUrl, worker: urls.ownerUrl });
  await owner.query('CREATE TABLE mark (n int PRIMARY KEY)');
  await owner.query('GRANT ALL ON mark TO PUBLIC');
  await owner.close();
  database = await Database.open('writes', { app: urls.appUrl, worker: urls.workerUrl });
});
afterEach(() => database.query('DELETE FROM mark'));
afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

const mark = (tx: Transaction, n: number) => tx.write('INSERT INTO mark VALUES ($1)', [n]);
const marks = async (tx: Transaction) =>
  (await tx.query<{ n: number }>('SELECT n FROM mark ORDER BY n')).map(({ n }) => n);
const stored = () => database.inBackground(marks);

const kinds: [string, <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>][] = [
  ['HTTP work', (work) => database.asTenant('acme', work)],
  ['HTTP work that begins its transaction', (work) => database.asTenant('acme', work, 'by key', 'with the work')],
  ['background work', (work) => database.inBackground(work)],
  ['background work that begins its transaction', (work) => database.inBackground(work, 'by key', 'with the work')],
  ['work of several tenants', (work) => database.asTenants((shared) => work(shared.of('acme')))],
];

describe.each(kinds)('what %s writes', (_name, run) => {
  it('is there for what it reads after it, and is stored when it is done', async () => {
    const seen = await run(async (tx) => {
      mark(tx, 1);
      mark(tx, 2);
      return marks(tx);
    });
    expect(seen).toEqual([1, 2]);
    expect(await stored()).toEqual([1, 2]);
  });

  it('fails with all that it wrote, and says of what was refused why', async () => {
    const refused = run(async (tx) => {
      mark(tx, 1);
      mark(tx, 1);
      mark(tx, 2);
      return 'done';
    });
    await expect(refused).rejects.toMatchObject({ code: '23505' });
    expect(await stored()).toEqual([]);
  });

  it('is not stored when it fails itself afterwards', async () => {
    const failed = run(async (tx) => {
      mark(tx, 1);
      throw new Error('not like this');
    });
    await expect(failed).rejects.toThrow('not like this');
    expect(await stored()).toEqual([]);
  });

  it('may be refused and given up within a savepoint', async () => {
    await run(async (tx) => {
      mark(tx, 1);
      await tx.query('SAVEPOINT try');
      mark(tx, 1);
      await expect(tx.written()).rejects.toMatchObject({ code: '23505' });
      await tx.query('ROLLBACK TO SAVEPOINT try');
      mark(tx, 2);
    });
    expect(await stored()).toEqual([1, 2]);
  });
});

it('the time of a transaction that begins with its work is known with its first answer, and not before', async () => {
  const times = await database.inBackground(
    async (tx) => {
      const early = () => tx.now;
      expect(early).toThrow('No statement of the transaction has been answered yet.');
      const [row] = await tx.query<{ now: Date }>('SELECT now()');
      return [tx.now, row!.now.toISOString()];
    },
    'by key',
    'with the work',
  );
  expect(times[0]).toBe(times[1]);
});
