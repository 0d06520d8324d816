import { NoteAdded } from '@tierline/contracts';
import { Database, idempotencyMigrations, migrate } from '@tierline/persistence';
import { eventually, scratchDatabase, scratchTopics, subscribe, testLog } from '@tierline/testing';
import { v7 as uuidv7 } from 'uuid';
import { Relay, append, consumerMigrations, outboxOf, publisherMigrations } from './index.ts';

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
  const relay = new Relay({
    outbox: outboxOf(database),
    log,
    prefix,
    events: { onSent: () => undefined, onFailure: () => undefined, onHeld: () => undefined },
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
  const write = (subject: string, sequence: number) =>
    database.inBackground((tx) =>
      append(tx, [{ ...origin, subject, sequence, fact: NoteAdded({ ...NoteAdded.example, noteId: uuidv7() }) }]),
    );
  const rows = () => database.query('SELECT 1 FROM outbox');
  return { database, subscriber, write, rows };
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
