import { randomUUID } from 'node:crypto';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { Database, OutcomeUnknown, idempotencyMigrations, migrate, type OnceRequest } from '@tierline/persistence';
import { scratchDatabase } from '@tierline/testing';
import { Notes1760000009002, counted, insertNotes, notes, runs, type Note } from './group-commit-example.ts';
import { GroupCommit, type Grouped } from './group-commit.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;
let commits: GroupCommit;
const counts = { statements: 0, transactions: 0 };

beforeAll(async () => {
  urls = await scratchDatabase('group_commit_failures');
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

type Asked = { tenant?: string; id?: string; text?: string; once?: Pick<OnceRequest, 'key' | 'body'> };

const write = ({ tenant = 'acme', id = randomUUID(), text = 'hello', once }: Asked = {}) =>
  commits.run(notes, tenant, once && { tenant, subject: 'anna', ...once }, { id, tenant, text });

const outcomes = async (work: readonly Promise<string>[]) =>
  (await Promise.allSettled(work)).map((end) =>
    end.status === 'fulfilled' ? 'done' : ((end.reason as { code?: string }).code ?? (end.reason as Error).message),
  );
const stored = async () =>
  (await database.query<{ text: string }>('SELECT text FROM note ORDER BY text')).map(({ text }) => text);

describe('one that cannot be done', () => {
  it('by rule falls out, and costs the others nothing', async () => {
    const ends = await outcomes([write(), write({ text: 'forbidden' }), write()]);
    expect(ends).toEqual(['done', 'word_forbidden', 'done']);
    expect({ transactions: counts.transactions, stored: await stored() }).toEqual({
      transactions: 1,
      stored: ['hello', 'hello'],
    });
  });

  it('by an error of the database fails alone: each gets a transaction of its own', async () => {
    const ends = await outcomes([write(), write({ text: 'poison' }), write(), write({ tenant: 'globex' })]);
    expect(ends).toEqual(['done', '22012', 'done', 'done']);
    expect({ transactions: counts.transactions, stored: await stored() }).toEqual({
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
        await insertNotes(tx, work);
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
      await insertNotes(tx, [{ id: 'held', tenant: 'acme', text: 'held' }]);
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
