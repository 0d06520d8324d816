import { randomUUID } from 'node:crypto';
import { Admin, Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import type { TopicName } from '@tierline/contracts';
import type { DeadLetter, TopicEnd, TopicRecord } from '../evidence.ts';
import type { Interner } from './interning.ts';

/** How long a topic may give nothing before it counts as unreadable, milliseconds. */
const patience = 30_000;

type End = { readonly partition: number; readonly low: number; readonly high: number };
/** A record with the headers as text; bytes that are no text show as such. */
type Raw = {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly header: (name: string) => string | null;
};

const clientOf = (brokers: readonly string[]) => ({
  clientId: 'tierline-audit',
  bootstrapBrokers: [...brokers],
  connectTimeout: 5_000,
  timeout: 15_000,
  retries: 10,
  retryDelay: 500,
});

/** What Kafka has under these names. */
export type Topics = {
  /** Those of the names that exist. */
  present(names: readonly string[]): Promise<string[]>;
  ends(name: string): Promise<End[]>;
  /** Gives every record of the topic to `take`, from the beginning up to these ends. Throws when it cannot be read on. */
  read(name: string, ends: readonly End[], take: (record: Raw) => void): Promise<void>;
  close(): Promise<void>;
};

const endsOf = async (admin: Admin, name: string): Promise<End[]> => {
  const { topics } = await admin.metadata({ topics: [name] });
  const partitions = [...topics.get(name)!.partitions.keys()];
  const at = async (timestamp: bigint) => {
    const wanted = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
    const [listed] = await admin.listOffsets({ topics: [{ name, partitions: wanted }] });
    return new Map(listed!.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
  };
  const [low, high] = [await at(ListOffsetTimestamps.EARLIEST), await at(ListOffsetTimestamps.LATEST)];
  return partitions.map((partition) => ({ partition, low: low.get(partition) ?? 0, high: high.get(partition) ?? 0 }));
};

type Headers = Map<Buffer, Buffer>;

const headerIn = (headers: Headers) => {
  const texts = new Map([...headers].map(([name, value]) => [String(name), value]));
  return (name: string): string | null => texts.get(name)?.toString('utf8') || null;
};

const openConsumer = (brokers: readonly string[]) =>
  new Consumer({ ...clientOf(brokers), groupId: `tierline-audit-${randomUUID()}`, autocommit: false });

const readAll = async (consumer: Consumer, name: string, ends: readonly End[], take: (record: Raw) => void) => {
  const left = new Map(ends.filter(({ low, high }) => high > low).map(({ partition, high }) => [partition, high]));
  if (left.size === 0) return;
  const stream = await consumer.consume({ topics: [name], mode: 'earliest', maxWaitTime: 200, maxBytes: 8_000_000 });
  const where = () => [...left].map(([partition, high]) => `${name}/${partition} up to ${high}`).join(', ');
  const stall = () => stream.destroy(new Error(`nothing more came of ${where()} for ${patience / 1_000} s`));
  let watchdog = setTimeout(stall, patience);
  for await (const { partition, offset, key, headers } of stream) {
    watchdog.refresh();
    const high = left.get(partition);
    if (high !== undefined && offset < high)
      take({ partition, offset: Number(offset), key: key?.toString('utf8') ?? null, header: headerIn(headers) });
    if (high !== undefined && Number(offset) >= high - 1) left.delete(partition);
    if (left.size === 0) break;
  }
  clearTimeout(watchdog);
};

/** Connects to Kafka with a client of its own. */
export const openTopics = (brokers: readonly string[]): Topics => {
  const admin = new Admin(clientOf(brokers));
  return {
    present: async (names) => {
      const all = new Set(await admin.listTopics());
      return names.filter((name) => all.has(name));
    },
    ends: (name) => endsOf(admin, name),
    read: async (name, ends, take) => {
      const consumer = openConsumer(brokers);
      try {
        await readAll(consumer, name, ends, take);
      } finally {
        await consumer.close(true);
      }
    },
    close: () => admin.close(),
  };
};

const serviceOf = (source: string | null): string | null => source?.replace(/^\//, '') ?? null;

/** Every record of a public topic. */
export const readRecords = async (
  topics: Topics,
  name: string,
  topic: TopicName,
  { intern }: Interner,
): Promise<{ records: TopicRecord[]; ends: TopicEnd[] }> => {
  const ends = await topics.ends(name);
  const records: TopicRecord[] = [];
  const kept = (text: string | null) => (text === null ? null : intern(text));
  await topics.read(name, ends, ({ partition, offset, key, header }) =>
    records.push({
      topic,
      partition,
      offset,
      key: kept(key),
      id: kept(header('ce_id')),
      source: kept(serviceOf(header('ce_source'))),
      type: kept(header('ce_type')),
      tenant: kept(header('ce_tenant')),
      subject: kept(header('ce_subject')),
      sequence: Number(header('ce_sequence') ?? Number.NaN),
      lease: kept(header('tierline-lease')),
    }),
  );
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  return { records, ends: ends.map((end) => ({ topic, ...end })) };
};

/** Every record of a dead-letter topic, as who parked what. */
export const readDeadLetters = async (topics: Topics, name: string, topic: TopicName): Promise<DeadLetter[]> => {
  const letters: DeadLetter[] = [];
  await topics.read(name, await topics.ends(name), ({ header }) =>
    letters.push({
      // A group's name ends with its service.
      service: (header('tierline-parked-by') ?? '').split('.').at(-1)!,
      topic,
      partition: Number(header('tierline-parked-partition')),
      offset: Number(header('tierline-parked-offset')),
    }),
  );
  return letters;
};
