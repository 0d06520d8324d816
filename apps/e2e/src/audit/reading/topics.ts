import { randomUUID } from 'node:crypto';
import { Admin, Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import type { TopicName } from '@tierline/contracts';
import type { DeadLetter, TopicEnd, TopicRecord } from '../evidence.ts';
import type { Spill } from './spill.ts';

/** How long a topic may give nothing before it counts as unreadable, milliseconds. */
const patience = 30_000;

type End = { readonly partition: number; readonly low: number; readonly high: number };
/** A record with the headers as text; bytes that are no text show as such. */
type Raw = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly header: (name: string) => string | null;
};
type Ends = ReadonlyMap<string, readonly End[]>;

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
  /** Gives every record of these topics to `take`, from the beginning up to the ends. Throws when it cannot be read on. */
  read(ends: Ends, take: (record: Raw) => void): Promise<void>;
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

const readAll = async (consumer: Consumer, ends: Ends, take: (record: Raw) => void): Promise<void> => {
  const left = new Map(
    [...ends].flatMap(([topic, partitions]) =>
      partitions.flatMap(({ partition, low, high }) => (high > low ? [[`${topic}/${partition}`, high] as const] : [])),
    ),
  );
  if (left.size === 0) return;
  const stream = await consumer.consume({
    topics: [...ends.keys()],
    mode: 'earliest',
    maxWaitTime: 200,
    maxBytes: 8_000_000,
  });
  const where = () => [...left].map(([place, high]) => `${place} up to ${high}`).join(', ');
  const watchdog = setTimeout(
    () => stream.destroy(new Error(`nothing more came of ${where()} for ${patience / 1_000} s`)),
    patience,
  );
  for await (const { topic, partition, offset, key, headers } of stream) {
    watchdog.refresh();
    const high = left.get(`${topic}/${partition}`);
    if (high !== undefined && offset < high)
      take({ topic, partition, offset: Number(offset), key: key?.toString('utf8') ?? null, header: headerIn(headers) });
    if (high !== undefined && Number(offset) >= high - 1) left.delete(`${topic}/${partition}`);
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
    read: async (ends, take) => {
      const consumer = openConsumer(brokers);
      try {
        await readAll(consumer, ends, take);
      } finally {
        await consumer.close(true);
      }
    },
    close: () => admin.close(),
  };
};

const serviceOf = (source: string | null): string | null => source?.replace(/^\//, '') ?? null;

const recordOf = ({ partition, offset, key, header }: Raw, topic: TopicName): TopicRecord => ({
  topic,
  partition,
  offset,
  key,
  id: header('ce_id'),
  source: serviceOf(header('ce_source')),
  type: header('ce_type'),
  tenant: header('ce_tenant'),
  subject: header('ce_subject'),
  sequence: Number(header('ce_sequence') ?? Number.NaN),
  lease: header('tierline-lease'),
});

/** Who parked what; a group's name ends with its service. */
const letterOf = ({ header }: Raw, topic: TopicName): DeadLetter => ({
  service: (header('tierline-parked-by') ?? '').split('.').at(-1)!,
  topic,
  partition: Number(header('tierline-parked-partition')),
  offset: Number(header('tierline-parked-offset')),
});

const ending = '.dlt';

/** Spills every record of the public topics, and gives the ends and what the dead-letter topics beside them say. */
export const readTopics = async (topics: Topics, names: ReadonlyMap<string, TopicName>, spill: Spill) => {
  const present = await topics.present([...names.keys()].flatMap((name) => [name, `${name}${ending}`]));
  const ends = new Map<string, readonly End[]>();
  for (const name of present) ends.set(name, await topics.ends(name));
  const letters: DeadLetter[] = [];
  await topics.read(ends, (raw) => {
    const topic = names.get(raw.topic);
    if (topic) spill.record(recordOf(raw, topic));
    else letters.push(letterOf(raw, names.get(raw.topic.slice(0, -ending.length))!));
  });
  return {
    ends: [...ends].flatMap(([name, partitions]): TopicEnd[] => {
      const topic = names.get(name);
      return topic ? partitions.map((end) => ({ topic, ...end })) : [];
    }),
    deadLetters: present.some((name) => name.endsWith(ending)) ? letters : null,
  };
};
