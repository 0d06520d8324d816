import { Database, migrate, idempotencyMigrations, type Transaction } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { Commands } from './commands.ts';

class Pairs1760000009003 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE pair (tenant_id text NOT NULL, id text NOT NULL UNIQUE, count int NOT NULL);
      SELECT protect_tenant_table('pair')`);
  }
  async down() {}
}

const by = { tenant: 'acme', subject: 'tom', actor: 'agent:tom' } as const;

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;
let commands: Commands;

beforeAll(async () => {
  urls = await scratchDatabase('repeating');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, Pairs1760000009003]);
  database = await Database.open('repeating', addresses);
  commands = new Commands(database, { nudge: () => undefined });
});

afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

const count = (tx: Transaction, id: string) => tx.query('UPDATE pair SET count = count + 1 WHERE id = $1', [id]);

it('does both of two commands that wait for each other, each once', async () => {
  await database.asTenant('acme', (tx) => tx.query(`INSERT INTO pair VALUES ('acme', 'one', 0), ('acme', 'other', 0)`));
  let tries = 0;
  let meet: () => void = () => undefined;
  const met = new Promise<void>((resolve) => (meet = resolve));
  let holding = 0;
  const across = (first: string, second: string) => (tx: Transaction) => {
    tries += 1;
    return count(tx, first).then(async () => {
      holding += 1;
      if (holding === 2) meet();
      await met;
      await count(tx, second);
      return first;
    });
  };
  const request = (key: string) => ({ by, idempotency: { key, body: {} } });
  const answers = await Promise.all([
    commands.within(request('a'), across('one', 'other')),
    commands.within(request('b'), across('other', 'one')),
  ]);
  expect(answers).toEqual(['one', 'other']);
  expect(tries).toBe(3);
  const rows = await database.asTenant('acme', (tx) => tx.query('SELECT id, count FROM pair ORDER BY id'));
  expect(rows).toEqual([
    { id: 'one', count: 2 },
    { id: 'other', count: 2 },
  ]);
});

it('gives up when it loses again and again, and never repeats what a rule or a statement refuses', async () => {
  let tries = 0;
  const losing = (code: string) =>
    commands.within({ by }, async (tx) => {
      tries += 1;
      await tx.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '${code}'; END $$`);
    });
  await expect(losing('40P01')).rejects.toThrow('lost');
  expect(tries).toBe(3);
  await expect(losing('22012')).rejects.toThrow('lost');
  expect(tries).toBe(4);
});
