import { randomUUID } from 'node:crypto';
import { Database, idempotencyMigrations, migrate, type Transaction } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { Notes1760000009002, counted, notes, runs, seen } from './group-commit-example.ts';
import { GroupCommit } from './group-commit.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;
let commits: GroupCommit;
const counts = { statements: 0, transactions: 0 };

beforeAll(async () => {
  urls = await scratchDatabase('group_commit');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, Notes1760000009002]);
  database = await Database.open('group-commit', addresses);
  commits = new GroupCommit(counted(database, counts), () => undefined);
});

beforeEach(async () => {
  await database.query('DELETE FROM note');
  await database.query('DELETE FROM idempotency_key');
  runs.length = 0;
  Object.assign(counts, { statements: 0, transactions: 0 });
});

afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

type Asked = { tenant?: string; id?: string; text?: string };

const write = ({ tenant = 'acme', id = randomUUID(), text = 'hello' }: Asked = {}) =>
  commits.run(notes, tenant, undefined, { id, tenant, text });

const count = (many: number) => Array.from({ length: many }, (_, index) => index);
const outcomes = async (work: readonly Promise<string>[]) =>
  (await Promise.allSettled(work)).map((end) =>
    end.status === 'fulfilled' ? 'done' : ((end.reason as { code?: string }).code ?? (end.reason as Error).message),
  );
const stored = async () =>
  (await database.query<{ text: string }>('SELECT text FROM note ORDER BY text')).map(({ text }) => text);

describe('commands that come at the same time', () => {
  it('share a transaction, and the statements of one', async () => {
    const answers = await Promise.all(count(100).map((n) => write({ id: `n${n}`, text: `text ${n}` })));
    expect(answers).toEqual(count(100).map((n) => `n${n} text ${n}`));
    expect({ ...counts, runs }).toEqual({ transactions: 1, runs: [100], statements: 1 });
    expect(await stored()).toHaveLength(100);
  });

  it('wait for nobody when nothing is under way', async () => {
    await write();
    expect(runs).toEqual([1]);
  });

  it('gather while others commit, at most a hundred for one transaction', async () => {
    const first = write();
    await new Promise((resolve) => setImmediate(resolve));
    const rest = await Promise.all(count(250).map(() => write()));
    await first;
    expect(rest).toHaveLength(250);
    expect(Math.max(...runs)).toBe(100);
    expect(counts.transactions).toBeLessThanOrEqual(5);
    expect(await stored()).toHaveLength(251);
  });

  it('of different kinds share one, too', async () => {
    await Promise.all([write({ text: 'a' }), write({ text: 'b' }), commits.run(seen, 'acme', undefined, null)]);
    expect(counts.transactions).toBe(1);
  });
});

describe('tenants in one transaction', () => {
  it('see their own rows alone, also those of the others that are just being written', async () => {
    await Promise.all(count(30).map((n) => write({ tenant: `tenant-${n % 3}`, text: `${n % 3}` })));
    expect({ transactions: counts.transactions, runs }).toEqual({ transactions: 1, runs: [10, 10, 10] });
    const looks = count(9).map((n) => commits.run(seen, `tenant-${n % 3}`, undefined, null));
    const more = count(9).map((n) => write({ tenant: `tenant-${n % 3}`, text: `${n % 3}` }));
    for (const [n, texts] of (await Promise.all(looks)).entries())
      expect(new Set(texts)).toEqual(new Set([`${n % 3}`]));
    await Promise.all(more);
    expect(counts.transactions).toBe(2);
  });

  it('cannot write for each other: that fails alone', async () => {
    const foreign = commits.run(notes, 'acme', undefined, { id: randomUUID(), tenant: 'globex', text: 'smuggled' });
    const [smuggled, ...others] = await outcomes([foreign, write(), write({ tenant: 'globex' })]);
    // PostgreSQL: new row violates row-level security policy.
    expect(smuggled).toBe('42501');
    expect(others).toEqual(['done', 'done']);
    expect(await stored()).toEqual(['hello', 'hello']);
  });

  it('without a tenant see nothing', async () => {
    await write();
    const rows = await database.asTenants((shared) => shared.of('').query('SELECT * FROM note'));
    expect(rows).toEqual([]);
  });

  it('keep their views apart whatever the order of their statements', async () => {
    await Promise.all(count(4).map((n) => write({ tenant: `tenant-${n}`, text: `${n}` })));
    const rows = await database.asTenants((shared) =>
      Promise.all(
        count(400).map(async (n) => {
          const tenant = (n * 7) % 4;
          const found = await shared.of(`tenant-${tenant}`).query<{ text: string }>('SELECT text FROM note');
          return found.every(({ text }) => text === `${tenant}`) && found.length === 1;
        }),
      ),
    );
    expect(rows.every(Boolean)).toBe(true);
  });

  it('cannot use a transaction that is over', async () => {
    let kept: Transaction | undefined;
    await database.asTenants(async (shared) => {
      kept = shared.of('acme');
    });
    await expect(kept!.query('SELECT 1')).rejects.toThrow('is over');
  });
});
