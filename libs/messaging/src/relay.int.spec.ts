import { NoteAdded } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import { eventually, scratchDatabase, scratchTopics, subscribe, testLog } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { Relay, append, consumerMigrations, outboxOf, publisherMigrations, tellAgain } from './index.ts';

const origin = {
  tenant: 'acme',
  actor: 'agent:kim',
  correlationId: 'c',
  causationId: null,
  traceparent: null,
} as const;

const ended: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const end of ended.reverse()) await end();
});

/** A publisher with its database, its relay and a subscriber. */
const publisher = async () => {
  const urls = await scratchDatabase('relay');
  const addresses = { app: urls.appUrl, worker: urls.workerUrl };
  await migrate(urls.ownerUrl, addresses, [...idempotencyMigrations, ...publisherMigrations, ...consumerMigrations]);
  const database = await Database.open('relay-spec', addresses);
  const log = await testLog();
  const prefix = await scratchTopics('relay');
  const failures: string[] = [];
  const relay = new Relay({
    outbox: outboxOf(database),
    log,
    prefix,
    events: {
      onSent: () => undefined,
      onFailure: ({ message }) => void failures.push(message),
      onHeld: () => undefined,
    },
  });
  const subscriber = await subscribe(prefix);
  ended.push(
    urls.drop,
    () => database.close(),
    () => log.close(),
    () => relay.stop(),
    () => subscriber.close(),
  );
  relay.start();
  const noteOf = (text: string) => NoteAdded({ ...NoteAdded.example, noteId: uuidv7(), text });
  const write = (subject: string, sequence: number, texts = ['short']) =>
    database.inBackground((tx) =>
      append(
        tx,
        texts.map((text, nth) => ({ ...origin, subject, sequence: sequence + nth, fact: noteOf(text) })),
      ),
    );
  const rows = () => database.query('SELECT 1 FROM outbox');
  const asOwner = async (sql: string) => {
    const owner = await Database.open('owner', { app: urls.ownerUrl, worker: urls.ownerUrl });
    await owner.query(sql);
    await owner.close();
  };
  return { database, subscriber, write, rows, asOwner, failures };
};

it('sends what comes next while what it sent waits to leave the outbox, and sends nothing twice', async () => {
  const { database, subscriber, write, rows } = await publisher();
  const [first, second] = [uuidv7(), uuidv7()];
  await database.inBackground(async (held) => {
    await write(first, 1);
    await held.query('SELECT 1 FROM outbox FOR UPDATE');
    await eventually(() => expect(subscriber.about(first)).toHaveLength(1));
    await write(second, 1);
    await eventually(() => expect(subscriber.about(second)).toHaveLength(1));
  });
  await eventually(async () => expect(await rows()).toEqual([]));
  await write(second, 2);
  await eventually(() => expect(subscriber.about(second)).toHaveLength(2));
  expect(subscriber.about(first)).toHaveLength(1);
});

it('goes on when what it sent in several requests cannot leave the outbox, and removes it later', async () => {
  const { subscriber, write, rows, asOwner, failures } = await publisher();
  await asOwner(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`);
  await asOwner('CREATE TRIGGER refused BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()');
  const subject = uuidv7();
  const long = Array.from({ length: 100 }, () => 'x'.repeat(30_000));
  await write(subject, 1, long);
  await eventually(() => expect(failures.length).toBeGreaterThan(1));
  expect(failures.every((failure) => failure.includes('not now'))).toBe(true);
  await asOwner('DROP TRIGGER refused ON outbox');
  await eventually(async () => expect(await rows()).toEqual([]));
  expect(new Set(subscriber.about(subject).map(({ sequence }) => sequence))).toEqual(
    new Set(long.map((_, nth) => nth + 1)),
  );
});

it('tells all events of a key again on request, as they were, and nothing of others', async () => {
  const { database, subscriber, write, rows } = await publisher();
  const [lost, other] = [uuidv7(), uuidv7()];
  await write(other, 1);
  await write(lost, 1, ['first', 'second']);
  await eventually(() => expect(subscriber.about(lost)).toHaveLength(2));
  await eventually(async () => expect(await rows()).toEqual([]));
  await database.inBackground((tx) => tellAgain(tx, 'tickets', [lost]));
  await eventually(() => expect(subscriber.about(lost)).toHaveLength(4));
  const [first, second, ...again] = subscriber.about(lost).map(({ id, sequence, data }) => ({ id, sequence, data }));
  expect(again).toEqual([first, second]);
  await eventually(async () => expect(await rows()).toEqual([]));
  expect(subscriber.about(other)).toHaveLength(1);
});
