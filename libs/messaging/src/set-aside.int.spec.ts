import { RequesterReplied, topics } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import { eventually, freshName, ledger, recordOf, scratchDatabase, scratchTopics, testLog } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  ChunkProcessor,
  DeadLetters,
  Parked,
  chunkStoreOf,
  consumerMigrations,
  deadLetterTopic,
  deadLettersOf,
  publisherMigrations,
  type Chunk,
  type Dispatcher,
  type LogRecord,
} from './index.ts';

const everyone = { tenant: null };
const by = { actor: 'agent:omar', reason: 'it is nonsense' };
const group = 'group';
const taken: string[] = [];
const dispatcher: Dispatcher = {
  handles: () => true,
  tasksFor: async (event) => [
    { batch: { run: async () => void taken.push((event.data as { text: string }).text) }, work: event },
  ],
};

let database: Database;
let prefix: string;
let topic: string;
let offset = 0n;
let drop: () => Promise<void>;
let processor: ChunkProcessor;

const record = (key: string, text: string): LogRecord => {
  const { value, headers } = recordOf(prefix, RequesterReplied({ messageId: uuidv7(), text }), { subject: key });
  return { offset: offset++, key, value: Buffer.from(value as string), headers };
};
const take = (...records: LogRecord[]) =>
  processor.process({ topic, partition: 0, records, highWatermark: offset } satisfies Chunk);

beforeAll(async () => {
  const urls = await scratchDatabase('aside');
  drop = urls.drop;
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations]);
  database = await Database.open('aside-spec', addresses);
  prefix = await scratchTopics('aside');
  topic = `${prefix}.${topics.tickets.name}`;
  const nothing = () => undefined;
  processor = new ChunkProcessor(chunkStoreOf(database, group), dispatcher, {
    onDone: nothing,
    onParked: nothing,
    onRetry: nothing,
  });
  await processor.assigned([{ topic, partition: 0 }]);
});

afterAll(async () => {
  await database?.close();
  await drop?.();
});

it('keeps how many records were still to come where it stands, and counts them down', async () => {
  const remaining = async () =>
    (await database.query('SELECT next_offset::int AS next, remaining::int FROM consumer_position'))[0];
  const records = [record(uuidv7(), 'one'), record(uuidv7(), 'two')];
  await processor.process({ topic, partition: 0, records: records.slice(0, 1), highWatermark: 900n });
  expect(await remaining()).toEqual({ next: 1, remaining: 899 });
  await processor.process({ topic, partition: 0, records: records.slice(1), highWatermark: 2n });
  expect(await remaining()).toEqual({ next: 2, remaining: 0 });
});

it('a parked key whose only record is discarded is free again', async () => {
  const key = uuidv7();
  const parked = new Parked(database, group, dispatcher);
  await take({ ...record(key, 'x'), value: Buffer.from('nonsense') });
  expect(await parked.list(everyone)).toMatchObject([{ key, records: 1 }]);
  await parked.discard({ topic, key }, everyone, by);
  await take(record(key, 'next'));
  expect(taken).toContain('next');
  expect(await parked.list(everyone)).toEqual([]);
  await expect(parked.discard({ topic, key }, everyone, by)).rejects.toMatchObject({ code: 'parked_absent' });
});

it('a parked record is published as a dead letter, bytes and headers as they were, whatever they are', async () => {
  await database.query('DELETE FROM dead_letter');
  const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x7b, 0x80]);
  const broken = { ...record(uuidv7(), 'x'), value: bytes };
  const keyless = { ...record(uuidv7(), 'x'), key: null, value: null };
  await take(broken, keyless);
  const log = await testLog();
  const failures: Error[] = [];
  const letters = new DeadLetters(deadLettersOf(database), log, (error) => void failures.push(error));
  letters.start();
  const book = ledger(freshName('group'), deadLetterTopic(topic));
  const consumer = await book.join(log);
  await eventually(() => expect(book.taken).toHaveLength(2));
  expect(book.taken[0]).toMatchObject({
    key: broken.key,
    value: bytes,
    headers: {
      ...broken.headers,
      'tierline-parked-by': group,
      'tierline-parked-reason': expect.stringContaining('not JSON'),
      'tierline-parked-partition': '0',
      'tierline-parked-offset': String(broken.offset),
    },
  });
  expect(book.taken[1]).toMatchObject({ key: null, value: null });
  await eventually(async () => expect(await database.query('SELECT 1 FROM dead_letter')).toEqual([]));
  expect(failures).toEqual([]);
  await letters.stop();
  await consumer.stop();
  await log.close();
});

it.each([
  ['its key', (one: LogRecord) => ({ ...one, key: 'a\0b' })],
  ['a header', (one: LogRecord) => ({ ...one, headers: { ...one.headers, ce_subject: 'a\0b' } })],
  ['its type', (one: LogRecord) => ({ ...one, headers: { ...one.headers, ce_type: 'a\0b' } })],
  ['its text', (one: LogRecord) => ({ ...one, value: Buffer.from('a\0b') })],
])('a record with a NUL in %s is parked, and not asked for again and again', async (_where, change) => {
  const key = uuidv7();
  const broken = { ...change(record(key, 'x')) };
  const unreadable = { ...broken, headers: { ...broken.headers, ce_id: 'none' } };
  expect(await take(unreadable, record(uuidv7(), 'behind it'))).toMatchObject({ kind: 'done' });
  const [row] = await database.query<{ reason: string }>('SELECT reason FROM parked_message WHERE record_offset = $1', [
    String(broken.offset),
  ]);
  expect(row?.reason).toContain('ce_id is not a UUID');
});

it('a dead letter that cannot be taken either is not copied again', async () => {
  const ours = new ChunkProcessor(chunkStoreOf(database, 'reader'), dispatcher, {
    onDone: () => undefined,
    onParked: () => undefined,
    onRetry: () => undefined,
  });
  const records = [{ ...record(uuidv7(), 'x'), value: null }];
  await ours.process({ topic: deadLetterTopic(topic), partition: 0, records, highWatermark: 1n });
  expect(await database.query(`SELECT 1 FROM parked_message WHERE consumer_group = 'reader'`)).toHaveLength(1);
  expect(await database.query(`SELECT 1 FROM dead_letter WHERE consumer_group = 'reader'`)).toEqual([]);
});
