import { ChunkProcessor, chunkLimits, chunkStoreOf, keepInbox, type Chunk, type LogRecord } from '@tierline/messaging';
import { batches, BenchTicket1760000009101, recordOf, unit } from './bench-ticket.ts';
import { percentile, seconds, type Figure } from './figure.ts';
import { openDatabase, type Parts } from './parts.ts';

const topic = 'bench-poison.tickets.v1';
const rounds = 20;

const logRecordOf = (index: number): LogRecord => {
  const { key, value, headers } = recordOf(topic, index);
  return { offset: BigInt(index), key, value: Buffer.from(value as string), headers };
};

const chunksOf = (partition: number): Chunk[] =>
  [...batches(rounds * chunkLimits.records, chunkLimits.records)].map((batch) => {
    const records = batch.map(logRecordOf);
    return { topic, partition, records, highWatermark: records.at(-1)!.offset + 1n };
  });

/** What one record that no handler digests costs the others that came in the same chunk, which is as full as can be. */
export const benchPoison = async (parts: Parts): Promise<Figure[]> => {
  const { database, urls } = await openDatabase(parts, 'poison', [BenchTicket1760000009101]);
  await keepInbox(database);
  const poison = new Set<string>();
  let parked = 0;
  const processor = new ChunkProcessor(
    chunkStoreOf(database, 'bench'),
    {
      handles: () => true,
      tasksFor: async (event) => {
        if (poison.has(event.id)) throw new Error('this record cannot be digested');
        return [unit.command(event.subject, { ...event, causationId: event.id }, event.data as never)];
      },
    },
    {
      onDone: () => undefined,
      onParked: () => void (parked += 1),
      onRetry: (_, error) => {
        throw error;
      },
    },
  );
  const partitions = [0, 1].map((partition) => ({ topic, partition }));
  await processor.assigned(partitions);
  const [healthy, poisoned] = partitions.map(({ partition }) => chunksOf(partition));
  for (const { records } of poisoned!) poison.add(records[Math.floor(Math.random() * records.length)]!.headers.ce_id!);
  const took = { healthy: [] as number[], poisoned: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    took.healthy.push(1_000 * (await seconds(() => processor.process(healthy![round]!))));
    took.poisoned.push(1_000 * (await seconds(() => processor.process(poisoned![round]!))));
  }
  if (parked < rounds) throw new Error(`only ${parked} of ${rounds} undigestible records were parked`);
  await database.close();
  await urls.drop();
  const delays = took.poisoned.map((milliseconds, round) => milliseconds - took.healthy[round]!);
  const name = `an undigestible record among ${chunkLimits.records}`;
  return [
    { name: `${name} delays the others, p50`, value: percentile(delays, 0.5), unit: 'ms' },
    { name: `${name} delays the others, worst`, value: Math.max(...delays), unit: 'ms', aim: '≤ 300' },
    { name: `${chunkLimits.records} records without one, p50`, value: percentile(took.healthy, 0.5), unit: 'ms' },
  ];
};
