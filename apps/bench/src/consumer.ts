import { ChunkProcessor, causedBy, chunkStoreOf, keepInbox, type EventLog } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { v7 as uuidv7 } from 'uuid';
import {
  BenchTicket1760000009101,
  batches,
  origin,
  recordOf,
  text,
  ticketOf,
  unit,
  type Note,
} from './bench-ticket.ts';
import { seconds, type Figure } from './figure.ts';
import { openDatabase, openLog, type Parts } from './parts.ts';
import type { Sizes } from './sizes.ts';

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
export const benchConsumer = async (parts: Parts, { events: total }: Sizes): Promise<Figure[]> => {
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
    { name: 'consumer takes', value: total / ours, unit: 'events/s', aim: '≥ 10,000' },
    { name: 'same SQL without Kafka', value: total / sql, unit: 'events/s' },
    { name: 'bare consumer', value: total / bare, unit: 'records/s' },
  ];
};
