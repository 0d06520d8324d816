import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratchDatabase } from '@tierline/testing';
import { Database } from './database.ts';
import { isTransient } from './failure.ts';
import type { Transaction } from './transaction.ts';

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let way: Server;
let database: Database;
const swallowing = new Set<Socket>();
const open = new Set<Socket>();

/** From now on nothing comes through these connections, and neither side is told. */
const fallSilent = () => open.forEach((socket) => swallowing.add(socket));

const forward = (from: Socket, to: Socket) => {
  from.on('data', (bytes) => void (!swallowing.has(from) && to.write(bytes)));
  from.on('error', () => to.destroy());
  from.on('close', () => {
    open.delete(from);
    if (!swallowing.has(from)) to.destroy();
  });
  open.add(from);
};

beforeAll(async () => {
  urls = await scratchDatabase('silent_way');
  const server = new URL(urls.appUrl);
  way = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    forward(client, upstream);
    forward(upstream, client);
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const through = (url: string) => {
    const address = new URL(url);
    address.port = String((way.address() as AddressInfo).port);
    return address.href;
  };
  const addresses = { app: through(urls.appUrl), worker: through(urls.workerUrl) };
  database = await Database.open('silent-way', addresses, { app: 2, worker: 2, patience: 1_500 });
});

afterAll(async () => {
  await database.close();
  open.forEach((socket) => socket.destroy());
  way.close();
  await urls.drop();
});

it('gives up a connection on which the server does not answer any more, and works on with another', async () => {
  const asked = [
    () => database.ping(),
    () => database.inBackground((tx) => tx.query('SELECT 1')),
    () => database.asTenant('acme', (tx) => tx.query('SELECT 1')),
  ];
  await Promise.all(asked.map((ask) => ask()));
  fallSilent();
  const failures = await Promise.all(
    asked.map((ask) =>
      ask().then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
  expect(failures.map(isTransient)).toEqual([true, true, true]);
  await Promise.all(asked.map((ask) => ask()));
}, 30_000);

it.each(['asTenant', 'inBackground'] as const)(
  'says that work may be tried again whose connection broke before its commit, %s',
  async (how) => {
    const work = async (tx: Transaction) => {
      await tx.query('SELECT 1');
      open.forEach((socket) => socket.destroy());
      await sleep(100);
    };
    const done = how === 'asTenant' ? database.asTenant('acme', work) : database.inBackground(work);
    const failure = await done.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(isTransient(failure)).toBe(true);
  },
);

it('ends a statement that takes longer than its patience by the server itself', async () => {
  const slow = database.query('SELECT pg_sleep(5)').then(
    () => null,
    (error: unknown) => error,
  );
  expect(await slow).toMatchObject({ code: '57014' });
  await database.ping();
});
