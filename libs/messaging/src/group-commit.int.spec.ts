import { randomUUID } from 'node:crypto';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { DomainError } from '@tierline/contracts';
import {
  Database,
  OutcomeUnknown,
  idempotencyMigrations,
  migrate,
  type OnceRequest,
  type SharedTransaction,
  type Transaction,
} from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { GroupCommit, type Grouped } from './group-commit.ts';

class Notes1760000009002 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE note (tenant_id text NOT NULL, id text NOT NULL UNIQUE, text text NOT NULL);
      SELECT protect_tenant_table('note')`);
  }
  async down() {}
}

type Note = { id: string; tenant: string; text: string };

const insert = (tx: Transaction, notes: readonly Note[]) =>
  tx.query('INSERT INTO note SELECT * FROM unnest($1::text[], $2::text[], $3::text[])', [
    notes.map(({ tenant }) => tenant),
    notes.map(({ id }) => id),
    notes.map(({ text }) => text),
  ]);

let runs: number[] = [];

/** Writes notes; refuses "forbidden" ones by rule, and "poison" by a statement that fails. */
const notes: Grouped<Note, string> = {
  run: async (tx, work) => {
    runs.push(work.length);
    const allowed = work.filter(({ text }) => text !== 'forbidden');
    await insert(tx, allowed);
    if (work.some(({ text }) => text === 'poison')) await tx.query('SELECT 1 / $1::int', [0]);
    return work.map((note) =>
      note.text === 'forbidden'
        ? { refused: new DomainError('word_forbidden', 'That word is not allowed.') }
        : { answer: `${note.id} ${note.text}` },
    );
  },
};

/** Gives all that a tenant sees, whatever its statement asks for. */
const seen: Grouped<null, string[]> = {
  run: async (tx, work) => {
    const rows = await tx.query<{ text: string }>('SELECT text FROM note ORDER BY text');
    return work.map(() => ({ answer: rows.map(({ text }) => text) }));
  },
};

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;
let statements = 0;
let transactions = 0;
let commits: GroupCommit;

/** The real database, with a count of what goes to it. */
const counted = () => {
  const counting = (tx: Transaction): Transaction => ({
    ...tx,
    query: (sql, parameters) => {
      statements += 1;
      return tx.query(sql, parameters);
    },
  });
  return {
    asTenant: <T>(tenant: string, work: (tx: Transaction) => Promise<T>) => {
      transactions += 1;
      return database.asTenant(tenant, (tx) => work(counting(tx)));
    },
    asTenants: <T>(work: (shared: SharedTransaction) => Promise<T>) => {
      transactions += 1;
      return database.asTenants((shared) => work({ ...shared, of: (tenant) => counting(shared.of(tenant)) }));
    },
  };
};

beforeAll(async () => {
  urls = await scratchDatabase('group_commit');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, Notes1760000009002]);
  database = await Database.open('group-commit', addresses);
  commits = new GroupCommit(counted(), () => undefined);
});

beforeEach(async () => {
  await database.query('DELETE FROM note');
  await database.query('DELETE FROM idempotency_key');
  runs = [];
  statements = 0;
  transactions = 0;
});

afterAll(async () => {
  await database?.close();
  await urls?.drop();
});

type Asked = { tenant?: string; id?: string; text?: string; once?: Pick<OnceRequest, 'key' | 'body'> };

const write = ({ tenant = 'acme', id = randomUUID(), text = 'hello', once }: Asked = {}) =>
  commits.run(notes, tenant, once && { tenant, subject: 'anna', ...once }, { id, tenant, text });

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
    expect({ transactions, runs, statements }).toEqual({ transactions: 1, runs: [100], statements: 1 });
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
    expect(transactions).toBeLessThanOrEqual(5);
    expect(await stored()).toHaveLength(251);
  });

  it('of different kinds share one, too', async () => {
    await Promise.all([write({ text: 'a' }), write({ text: 'b' }), commits.run(seen, 'acme', undefined, null)]);
    expect(transactions).toBe(1);
  });
});

describe('tenants in one transaction', () => {
  it('see their own rows alone, also those of the others that are just being written', async () => {
    await Promise.all(count(30).map((n) => write({ tenant: `tenant-${n % 3}`, text: `${n % 3}` })));
    expect({ transactions, runs }).toEqual({ transactions: 1, runs: [10, 10, 10] });
    const looks = count(9).map((n) => commits.run(seen, `tenant-${n % 3}`, undefined, null));
    const more = count(9).map((n) => write({ tenant: `tenant-${n % 3}`, text: `${n % 3}` }));
    for (const [n, texts] of (await Promise.all(looks)).entries())
      expect(new Set(texts)).toEqual(new Set([`${n % 3}`]));
    await Promise.all(more);
    expect(transactions).toBe(2);
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

describe('one that cannot be done', () => {
  it('by rule falls out, and costs the others nothing', async () => {
    const ends = await outcomes([write(), write({ text: 'forbidden' }), write()]);
    expect(ends).toEqual(['done', 'word_forbidden', 'done']);
    expect({ transactions, stored: await stored() }).toEqual({ transactions: 1, stored: ['hello', 'hello'] });
  });

  it('by an error of the database fails alone: each gets a transaction of its own', async () => {
    const ends = await outcomes([write(), write({ text: 'poison' }), write(), write({ tenant: 'globex' })]);
    expect(ends).toEqual(['done', '22012', 'done', 'done']);
    expect({ transactions, stored: await stored() }).toEqual({
      transactions: 5,
      stored: ['hello', 'hello', 'hello'],
    });
  });

  it('because its row exists fails alone', async () => {
    await write({ id: 'taken' });
    expect(await outcomes([write({ id: 'a' }), write({ id: 'taken' }), write({ id: 'b' })])).toEqual([
      'done',
      '23505',
      'done',
    ]);
    expect(await stored()).toHaveLength(3);
  });

  it('because its connection breaks in the middle is done by another one', async () => {
    const breaking: Grouped<Note, string> = {
      run: async (tx, work) => {
        await insert(tx, work);
        if (work.length > 1) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
        return work.map(({ id }) => ({ answer: id }));
      },
    };
    const ids = ['a', 'b', 'c'];
    const work = ids.map((id) => commits.run(breaking, 'acme', undefined, { id, tenant: 'acme', text: id }));
    expect(await Promise.all(work)).toEqual(ids);
    expect(await stored()).toEqual(ids);
    expect(await write()).toContain('hello');
  });

  it('because another one holds its lock does not hold up its neighbours for long', async () => {
    const held = Promise.withResolvers<void>();
    const inserted = Promise.withResolvers<void>();
    const holder = database.asTenant('acme', async (tx) => {
      await insert(tx, [{ id: 'held', tenant: 'acme', text: 'held' }]);
      inserted.resolve();
      await held.promise;
    });
    await inserted.promise;
    const blocked = write({ id: 'held' });
    const began = performance.now();
    expect(await write()).toContain('hello');
    expect(performance.now() - began).toBeLessThan(5_000);
    held.resolve();
    await holder;
    await expect(blocked).rejects.toMatchObject({ code: '23505' });
  });
});

describe('with idempotency keys', () => {
  const once = (body: unknown, key = 'key-1') => ({ key, body });

  it('two of one key at the same time are done once, with one answer', async () => {
    const [first, second] = await Promise.all([
      write({ id: 'first', once: once('same') }),
      write({ id: 'second', once: once('same') }),
    ]);
    expect(second).toBe(first);
    expect(await stored()).toEqual(['hello']);
    expect(await write({ id: 'third', once: once('same') })).toBe(first);
  });

  it('two of one key with other bodies: whichever comes second is refused', async () => {
    const [one, other, ...rest] = await outcomes([
      write({ once: once('one') }),
      write({ once: once('other') }),
      write({ once: once('a third', 'key-2') }),
      write({ tenant: 'globex', once: once('another tenant') }),
    ]);
    expect([one, other].toSorted()).toEqual(['done', 'idempotency_key_reused']);
    expect(rest).toEqual(['done', 'done']);
    expect(await stored()).toHaveLength(3);
  });

  it('a refused one leaves its key free', async () => {
    const ends = await outcomes([write({ text: 'forbidden', once: once('x') }), write({ once: once('y', 'key-2') })]);
    expect(ends).toEqual(['word_forbidden', 'done']);
    expect(await write({ once: once('another') })).toContain('hello');
  });

  it('one that failed together and was done alone is not done again', async () => {
    const ends = await outcomes([
      write({ id: 'kept', once: once('x') }),
      write({ text: 'poison', once: once('y', 'key-2') }),
    ]);
    expect(ends).toEqual(['done', '22012']);
    expect(await write({ id: 'again', once: once('x') })).toBe('kept hello');
    expect(await write({ id: 'retried', once: once('y', 'key-2') })).toBe('retried hello');
    expect(await stored()).toHaveLength(2);
  });
});

/** Stands before PostgreSQL and breaks the connection as soon as a commit was sent on it. */
const cutAtCommit = async (url: string) => {
  const target = new URL(url);
  const { hostname, port } = target;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    upstream.pipe(client);
    client.on('data', (bytes) => {
      if (!bytes.includes('COMMIT')) return void upstream.write(bytes);
      client.destroy();
      upstream.write(bytes, () => upstream.end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target.port = String((server.address() as AddressInfo).port);
  const close = () => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: target.href, close };
};

it('whose commit nobody answered is not done again: it may be stored', async () => {
  const proxy = await cutAtCommit(urls.appUrl);
  const behind = await Database.open('cut', { app: proxy.url, worker: urls.workerUrl });
  const cut = new GroupCommit(behind, () => undefined);
  const work = ['a', 'b'].map((id) => cut.run(notes, 'acme', undefined, { id, tenant: 'acme', text: id }));
  for (const end of await Promise.allSettled(work))
    expect(end).toMatchObject({ status: 'rejected', reason: expect.any(OutcomeUnknown) });
  expect(runs).toEqual([2]);
  await behind.close();
  await proxy.close();
});
