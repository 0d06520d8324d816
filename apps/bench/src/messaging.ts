import { RequesterReplied, type FactOf } from '@tierline/contracts';
import {
  ChunkProcessor,
  Relay,
  UnitOfWork,
  append,
  causedBy,
  chunkStoreOf,
  headersOf,
  keepInbox,
  outboxOf,
  type Decider,
  type EventLog,
  type OutgoingRecord,
  type Store,
} from '@tierline/messaging';
import type { Database, Transaction } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import { openDatabase, openLog, type Parts } from './parts.ts';
import { seconds, type Figure } from './figure.ts';

type Note = FactOf<typeof RequesterReplied>;
type State = { replies: number };

/** A ticket as small as one can be: takes note of a message, publishes one for every message taken. */
const rules: Decider<State, Note['data'], Note, Note> = {
  initial: { replies: 0 },
  decide: (data) => [RequesterReplied(data)],
  evolve: (state) => ({ replies: state.replies + 1 }),
};

class BenchTicket1760000009101 {
  async up(runner: { query(sql: string): Promise<unknown> }) {
    await runner.query(`CREATE TABLE bench_ticket (tenant_id text NOT NULL, id uuid PRIMARY KEY, sequence int NOT NULL,
      replies int NOT NULL); SELECT protect_tenant_table('bench_ticket')`);
  }
  async down() {}
}

const store: Store<State> = {
  load: async (tx, keys) => {
    const rows = await tx.query<{ tenant_id: string; id: string; sequence: number; replies: number }>(
      'SELECT tenant_id, id, sequence, replies FROM bench_ticket WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE',
      [keys.map(({ id }) => id)],
    );
    return rows.map(({ tenant_id, id, sequence, replies }) => ({
      tenant: tenant_id,
      id,
      sequence,
      state: { replies },
    }));
  },
  save: async (tx, changes) => {
    await tx.query(
      `INSERT INTO bench_ticket SELECT * FROM unnest($1::text[], $2::uuid[], $3::int[], $4::int[])
       ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, replies = excluded.replies`,
      [
        changes.map(({ tenant }) => tenant),
        changes.map(({ id }) => id),
        changes.map(({ sequence }) => sequence),
        changes.map(({ state }) => state.replies),
      ],
    );
  },
};

const text = 'Since this morning it asks for the password every few minutes. '.repeat(6);
const unit = new UnitOfWork(rules, store);
const tickets = Array.from({ length: 5_000 }, () => uuidv7());
const ticketOf = (index: number) => tickets[index % tickets.length]!;
const origin = {
  tenant: 'bench',
  actor: 'system:bench',
  correlationId: 'bench',
  causationId: null,
  traceparent: null,
} as const;

const recordOf = (topic: string, index: number): OutgoingRecord => {
  const subject = ticketOf(index);
  const attributes = {
    id: uuidv7(),
    type: RequesterReplied.type,
    source: '/intake',
    subject,
    time: new Date().toISOString(),
    sequence: index + 1,
    ...origin,
  };
  return {
    topic,
    key: subject,
    value: JSON.stringify({ messageId: uuidv7(), text }),
    headers: headersOf(attributes, subject),
  };
};

const batches = function* (total: number, size: number): Generator<number[]> {
  for (let start = 0; start < total; start += size)
    yield Array.from({ length: Math.min(size, total - start) }, (_, index) => start + index);
};

const fillOutbox = async (database: Database, total: number) => {
  for (const batch of batches(total, 1_000))
    await database.inBackground((tx) =>
      append(
        tx,
        batch.map((index) => ({
          ...origin,
          subject: ticketOf(index),
          sequence: index + 1,
          fact: RequesterReplied({ messageId: uuidv7(), text }),
        })),
      ),
    );
};

const untilEmpty = async (database: Database, statement: string) => {
  while ((await database.query(statement)).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Rows a second that the relay drains, against a bare producer sending the same records in the same batches. */
export const benchRelay = async (parts: Parts, total: number): Promise<Figure[]> => {
  const { database, urls } = await openDatabase(parts, 'relay');
  const log = await openLog(parts, 'bench-relay');
  await fillOutbox(database, total);
  const relay = new Relay({
    outbox: outboxOf(database),
    log,
    prefix: 'bench-relay',
    events: {
      onSent: () => undefined,
      onHeld: ({ reason }) => {
        throw new Error(reason);
      },
      onFailure: (error) => {
        throw error;
      },
    },
  });
  const drained = await seconds(async () => {
    relay.start();
    await untilEmpty(database, 'SELECT 1 FROM outbox LIMIT 1');
  });
  await relay.stop();
  const producer = await log.producer();
  const records = Array.from({ length: total }, (_, index) => recordOf('bench-relay.tickets.v1', index));
  const bare = await seconds(async () => {
    for (const batch of batches(total, 1_000)) await producer.append(batch.map((index) => records[index]!));
  });
  await producer.close();
  await log.close();
  await database.close();
  await urls.drop();
  return [
    { name: 'relay ÷ bare producer', value: bare / drained, unit: 'ratio', aim: '≥ 0.5' },
    { name: 'relay', value: total / drained, unit: 'rows/s' },
    { name: 'bare producer', value: total / bare, unit: 'records/s' },
  ];
};

const consumeAll = async (
  log: EventLog,
  topic: string,
  total: number,
  onChunk: (chunk: Parameters<Parameters<EventLog['consume']>[0]['onChunk']>[0]) => Promise<bigint>,
  onAssigned: (partitions: readonly { topic: string; partition: number }[]) => Promise<readonly (bigint | null)[]>,
): Promise<number> => {
  const done = Promise.withResolvers<void>();
  let seen = 0;
  let started = 0;
  const consumer = await log.consume({
    group: `bench-${uuidv7()}`,
    topics: [topic],
    onAssigned,
    onChunk: async (chunk) => {
      started ||= performance.now();
      const next = await onChunk(chunk);
      seen += chunk.records.length;
      if (seen >= total) done.resolve();
      return { kind: 'done', next };
    },
    onFatal: (error) => done.reject(error),
  });
  await done.promise;
  const took = (performance.now() - started) / 1_000;
  await consumer.stop();
  return took;
};

const nextOf = (records: readonly { offset: bigint }[]) => records.at(-1)!.offset + 1n;

/** Events a second with position, inbox, state and outbox, against a bare consumer and against the same SQL alone. */
export const benchConsumer = async (parts: Parts, total: number): Promise<Figure[]> => {
  const topic = 'bench-consumer.tickets.v1';
  const log = await openLog(parts, 'bench-consumer');
  const producer = await log.producer();
  for (const batch of batches(total, 1_000)) await producer.append(batch.map((index) => recordOf(topic, index)));
  await producer.close();
  const bare = await consumeAll(
    log,
    topic,
    total,
    async ({ records }) => nextOf(records),
    async (all) => all.map(() => null),
  );
  const { database, urls } = await openDatabase(parts, 'consumer', [BenchTicket1760000009101]);
  await keepInbox(database);
  const work = (event: { subject: string; data: unknown }, from: typeof origin | ReturnType<typeof causedBy>) => ({
    id: event.subject,
    origin: from,
    command: event.data as Note['data'],
  });
  const processor = new ChunkProcessor(
    chunkStoreOf(database, 'bench'),
    {
      handles: () => true,
      tasksFor: async (event) => [{ batch: unit, work: work(event, causedBy(event, 'bench')) }],
    },
    {
      onDone: () => undefined,
      onParked: (_, { reason }) => {
        throw new Error(reason);
      },
      onRetry: (_, error) => {
        throw error;
      },
    },
  );
  const ours = await consumeAll(
    log,
    topic,
    total,
    async (chunk) => {
      const outcome = await processor.process(chunk);
      return outcome.next;
    },
    (partitions) => processor.assigned(partitions),
  );
  const sql = await seconds(async () => {
    for (const batch of batches(total, 500))
      await database.inBackground((tx: Transaction) =>
        unit.run(
          tx,
          batch.map((index) => work({ subject: ticketOf(index), data: { messageId: uuidv7(), text } }, origin)),
        ),
      );
  });
  await log.close();
  await database.close();
  await urls.drop();
  return [
    { name: 'consumer ÷ same SQL without Kafka', value: sql / ours, unit: 'ratio', aim: '≥ 0.7' },
    { name: 'consumer ÷ bare consumer', value: bare / ours, unit: 'ratio' },
    { name: 'consumer', value: total / ours, unit: 'events/s', aim: '≥ 10,000' },
    { name: 'same SQL without Kafka', value: total / sql, unit: 'events/s' },
    { name: 'bare consumer', value: total / bare, unit: 'records/s' },
  ];
};
