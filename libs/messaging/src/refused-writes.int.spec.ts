import { NoteAdded, RequesterReplied, type FactOf } from '@tierline/contracts';
import { Database, idempotencyMigrations, isTransient, migrate, type Transaction } from '@tierline/persistence';
import { recordOf, scratchDatabase } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  ChunkProcessor,
  UnitOfWork,
  causedBy,
  chunkStoreOf,
  consumerMigrations,
  keepInbox,
  publisherMigrations,
  type Decider,
  type Store,
} from './index.ts';

type Echo = { text: string };

/** Answers each message with a note. */
const echo: Decider<object, Echo, FactOf<typeof NoteAdded>> = {
  initial: {},
  decide: ({ text }) => [NoteAdded({ noteId: uuidv7(), agentId: 'kim', text })],
  evolve: () => ({}),
};

/** Saves in two statements, the second of which leaves after the journal has been written to. */
const inTwoSteps: Store<object> = {
  load: async () => [],
  save: async (tx) => {
    await tx.query('SELECT 1');
    await tx.query('SELECT 2');
  },
};

const topic = 'spec.tickets.v1';
const fullDisk = `
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER full_disk BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION refuse()`;

let urls: Awaited<ReturnType<typeof scratchDatabase>>;
let database: Database;
let asOwner: Database;

beforeAll(async () => {
  urls = await scratchDatabase('refused_writes');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations]);
  database = await Database.open('refused-writes', addresses);
  asOwner = await Database.open('refused-writes', { app: urls.ownerUrl, worker: urls.ownerUrl });
  await keepInbox(database);
});

afterAll(async () => {
  await database?.close();
  await asOwner?.close();
  await urls?.drop();
});

/** Statements on the way together, of which the first fails: what the others throw. The last is the one before it. */
const behind = async (tx: Transaction): Promise<string[]> => {
  const same = () => tx.query('INSERT INTO outbox SELECT FROM outbox WHERE shard = $1', [0]);
  const [, ...others] = await Promise.allSettled([tx.query(`SELECT 1 / 0`), tx.query('SELECT 1'), same(), same()]);
  return others.map((end) => String((end as PromiseRejectedResult).reason));
};

it.each([
  ['background work', () => database.inBackground(behind)],
  ['HTTP work', () => database.asTenant('acme', behind)],
  ['work of several tenants', () => database.asTenants((shared) => behind(shared.of('acme')))],
])('a statement of %s that is refused because an earlier one failed tells what failed', async (_name, run) => {
  expect(await run()).toEqual(Array.from({ length: 3 }, () => expect.stringContaining('division by zero') as string));
});

it('a journal that takes no writes parks nothing: the same records are taken when it takes them again', async () => {
  const unit = new UnitOfWork(echo, inTwoSteps);
  const parked: string[] = [];
  const retried: Error[] = [];
  const processor = new ChunkProcessor(
    chunkStoreOf(database, 'refused-writes'),
    {
      handles: () => true,
      tasksFor: async (event) => [unit.command(event.subject, causedBy(event, 'spec'), { text: 'seen' })],
    },
    {
      onDone: () => undefined,
      onParked: (_partition, { reason }) => void parked.push(reason),
      onRetry: (_partition, error) => void retried.push(error),
    },
  );
  await processor.assigned([{ topic, partition: 0 }]);
  const records = [0n, 1n].map((offset) => {
    const { key, value, headers } = recordOf('spec', RequesterReplied({ messageId: uuidv7(), text: 'x' }), {
      subject: uuidv7(),
    });
    return { offset, key, value: Buffer.from(value as string), headers };
  });
  const chunk = { topic, partition: 0, records, highWatermark: 2n };

  await asOwner.query(fullDisk);
  expect(await processor.process(chunk)).toMatchObject({ kind: 'later', next: 0n });
  expect(parked).toEqual([]);
  expect(retried.map(isTransient)).toEqual([true]);

  await asOwner.query('DROP TRIGGER full_disk ON journal');
  expect(await processor.process(chunk)).toEqual({ kind: 'done', next: 2n });
  expect(await database.query('SELECT count(*)::int AS n FROM journal')).toEqual([{ n: 2 }]);
});
