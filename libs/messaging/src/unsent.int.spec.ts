import { NoteAdded, topics } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import { eventually, freshName, scratchDatabase, stranger, subscribe, testLog } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  Relay,
  Unsent,
  append,
  consumerMigrations,
  outboxOf,
  publisherMigrations,
  shardOf,
  type Refused,
} from './index.ts';

const everyone = { tenant: null };
const by = { actor: 'agent:omar', reason: 'nobody can read it anyway' };
const origin = {
  tenant: 'acme',
  actor: 'agent:kim',
  correlationId: 'c',
  causationId: null,
  traceparent: null,
} as const;

let database: Database;
let drop: () => Promise<void>;
const foreign = await stranger();
const open: (() => Promise<void>)[] = [];
const failures: Error[] = [];

/** A publisher on topics of its own, the records of which may have at most `largest` bytes. */
const publisher = async (largest?: number) => {
  const prefix = freshName('unsent');
  const topic = `${prefix}.${topics.tickets.name}`;
  const log = await testLog();
  const create = () =>
    log.createTopics([
      { name: topic, partitions: 2, replicas: 1, settings: largest ? { 'max.message.bytes': `${largest}` } : {} },
    ]);
  if (largest) await create();
  const told: Refused[] = [];
  const relays: Relay[] = [];
  const startRelay = () => {
    const relay = new Relay({
      outbox: outboxOf(database),
      log,
      prefix,
      patience: 300,
      events: {
        onSent: () => undefined,
        onFailure: (error) => void failures.push(error),
        onHeld: (refused) => void told.push(refused),
      },
    });
    relay.start();
    relays.push(relay);
    return relay;
  };
  const sequences = new Map<string, number>();
  open.push(async () => {
    for (const relay of relays) await relay.stop();
    await log.close();
  });
  return {
    topic,
    told,
    create,
    startRelay,
    unsent: new Unsent(database, prefix),
    /** Writes one note a size, each in a transaction of its own. */
    write: async (key: string, ...sizes: number[]) => {
      for (const size of sizes) {
        const sequence = (sequences.get(key) ?? 0) + 1;
        sequences.set(key, sequence);
        const fact = NoteAdded({ noteId: uuidv7(), agentId: 'kim', text: 'x'.repeat(size) });
        await database.inBackground((tx) => append(tx, [{ ...origin, subject: key, sequence, fact }]));
      }
    },
    /** The sequences of a key that a subscriber sees, each at its first time. */
    watch: async () => {
      const subscriber = await subscribe(prefix);
      open.push(() => subscriber.close());
      return (key: string) => [...new Set(subscriber.about(key).map(({ sequence }) => sequence))];
    },
  };
};

const outboxRows = async () => (await database.query('SELECT 1 FROM outbox')).length;

beforeAll(async () => {
  const urls = await scratchDatabase('unsent');
  drop = urls.drop;
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations]);
  database = await Database.open('unsent-spec', addresses);
});

afterEach(async () => {
  for (const close of open.splice(0)) await close();
  for (const table of ['outbox', 'unsent_event', 'unsent_key']) await database.query(`DELETE FROM ${table}`);
  expect(failures.splice(0)).toEqual([]);
});

afterAll(async () => {
  await foreign.close();
  await database?.close();
  await drop?.();
});

describe('an event that Kafka refuses', () => {
  it('holds back its key alone, is shown, and goes out in order once the limit is mended', async () => {
    const { topic, told, startRelay, unsent, write, watch } = await publisher(20_000);
    const [big, small] = [uuidv7(), uuidv7()];
    await write(big, 10, 30_000, 10);
    await write(small, 10, 10);
    startRelay();
    const seen = await watch();
    await eventually(() => expect(seen(small)).toEqual([1, 2]));
    await eventually(async () => expect(await outboxRows()).toBe(0));
    await write(big, 10);
    await write(small, 10);
    await eventually(() => expect(seen(small)).toEqual([1, 2, 3]));
    expect(seen(big)).toEqual([1]);
    expect(told).toMatchObject([{ code: 'unsendable', row: { aggregate_id: big } }]);
    await eventually(async () =>
      expect(await unsent.list(everyone)).toMatchObject([
        { topic, key: big, tenant: 'acme', records: 3, reason: expect.stringMatching(/^unsendable: /) },
      ]),
    );
    expect(await unsent.list({ tenant: 'other' })).toEqual([]);
    expect(await unsent.show({ topic, key: big }, everyone)).toHaveLength(3);

    await foreign.configure(topic, { 'max.message.bytes': '100000' });
    expect(await unsent.replay({ topic, key: big }, everyone)).toEqual({ replayed: 3 });
    await eventually(() => expect(seen(big)).toEqual([1, 2, 3, 4]));
    await eventually(async () => expect(await outboxRows()).toBe(0));
    expect(await unsent.list(everyone)).toEqual([]);
    await expect(unsent.replay({ topic, key: big }, everyone)).rejects.toMatchObject({ code: 'parked_absent' });
  });

  it('is held back again when nothing was mended, and can be left out for good, which is noted', async () => {
    const { topic, told, startRelay, unsent, write, watch } = await publisher(20_000);
    const key = uuidv7();
    await write(key, 30_000, 10);
    startRelay();
    await eventually(() => expect(told).toHaveLength(1));
    await eventually(async () => expect(await unsent.list(everyone)).toHaveLength(1));
    await unsent.replay({ topic, key }, everyone);
    await eventually(() => expect(told).toHaveLength(2));
    await eventually(async () => expect(await unsent.list(everyone)).toMatchObject([{ records: 2 }]));
    const { discarded } = await unsent.discard({ topic, key }, everyone, by);
    expect(await database.query('SELECT seq, discarded_by, discard_reason FROM unsent_discard')).toEqual([
      { seq: discarded, discarded_by: by.actor, discard_reason: by.reason },
    ]);
    expect(await database.query('SELECT 1 FROM journal WHERE seq = $1', [discarded])).toHaveLength(1);
    await unsent.replay({ topic, key }, everyone);
    const seen = await watch();
    await eventually(() => expect(seen(key)).toEqual([2]));
  });

  it('frees its key when it was the only one and is left out', async () => {
    const { topic, startRelay, unsent, write, watch } = await publisher(20_000);
    const key = uuidv7();
    await write(key, 30_000);
    startRelay();
    await eventually(async () => expect(await unsent.list(everyone)).toHaveLength(1));
    await unsent.discard({ topic, key }, everyone, by);
    await write(key, 10);
    const seen = await watch();
    await eventually(() => expect(seen(key)).toEqual([2]));
  });

  it('comes back to a relay that has long read past it, in whatever process it was given free', async () => {
    const { topic, startRelay, unsent, write, watch } = await publisher(20_000);
    const [key, other] = [uuidv7(), uuidv7()];
    expect(shardOf(key)).toEqual(expect.any(Number));
    await write(key, 30_000);
    await write(other, 10);
    startRelay();
    await eventually(async () => expect(await unsent.list(everyone)).toHaveLength(1));
    // Two looks at the horizon, a second apart: the relay skips what lies below.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await foreign.configure(topic, { 'max.message.bytes': '100000' });
    await unsent.replay({ topic, key }, everyone);
    const seen = await watch();
    await eventually(() => expect(seen(key)).toEqual([1]));
  });

  it('since its topic does not exist is held back after a while, and goes out when the topic was made', async () => {
    const { topic, told, create, startRelay, unsent, write, watch } = await publisher();
    const [one, two] = [uuidv7(), uuidv7()];
    await write(one, 10, 10);
    await write(two, 10);
    startRelay();
    await eventually(async () => expect(await unsent.list(everyone)).toHaveLength(2));
    expect(told.map(({ code }) => code)).toEqual(['unknown_topic', 'unknown_topic']);
    await create();
    for (const key of [one, two]) await unsent.replay({ topic, key }, everyone);
    const seen = await watch();
    await eventually(() => expect(seen(one)).toEqual([1, 2]));
    await eventually(() => expect(seen(two)).toEqual([1]));
  });
});

it('a transaction has its id before its first event has a number', async () => {
  // A relay that sees a number reckons with every transaction that has an id: one without could hold a lower number.
  const urls = await scratchDatabase('unsent');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  class Watch1760000009002 {
    async up(runner: { query(sql: string): Promise<unknown> }) {
      await runner.query(`
        CREATE FUNCTION watched(n bigint) RETURNS bigint LANGUAGE plpgsql AS $$
        BEGIN
          IF pg_current_xact_id_if_assigned() IS NULL THEN RAISE 'number % before the id', n; END IF;
          RETURN n;
        END $$;
        ALTER TABLE journal ALTER seq DROP IDENTITY;
        CREATE SEQUENCE numbers CACHE 1000;
        GRANT USAGE ON numbers TO PUBLIC;
        SELECT nextval('numbers');
        ALTER TABLE journal ALTER seq SET DEFAULT watched(nextval('numbers'))`);
    }
    async down() {}
  }
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...publisherMigrations, Watch1760000009002]);
  const watched = await Database.open('unsent-spec', addresses);
  const fact = NoteAdded({ noteId: uuidv7(), agentId: 'kim', text: 'x' });
  for (const sequence of [1, 2, 3])
    await watched.inBackground((tx) => append(tx, [{ ...origin, subject: 'one', sequence, fact }]));
  await watched.close();
  await urls.drop();
});
