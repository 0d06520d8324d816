import {
  Admin,
  Consumer as GroupMember,
  ConnectionPool,
  GenericError,
  ListOffsetTimestamps,
  Producer as Sender,
  findErrorBy,
} from '@platformatic/kafka';
import { producerOn } from './appending.ts';
import { untilKnown } from './assignment.ts';
import {
  TopicForbidden,
  UnknownTopic,
  enoughBytes,
  fetchLimits,
  rebalanceTimeout,
  sessionTimeout,
  usualPatience,
  type ClientLog,
  type Consumer,
  type Consumption,
  type EventLog,
  type KafkaAddress,
  type OutgoingRecord,
  type Partition,
  type Producer,
  type TopicSpec,
} from './event-log.ts';
import { keyHash } from './key-hash.ts';
import { MemberConsumer, type FetchPlace, type Member, type MemberEvents } from './member-consumer.ts';
import { nextAfter, recordsOf } from './record-batches.ts';

const readCommitted = 1;

const refusals = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'];

/** Why Kafka will never take a record; undefined for any other error. */
const refusal = (error: unknown): string | undefined => {
  const id = refusals.find((each) => findErrorBy(error as Error, 'apiId', each));
  return id && findErrorBy(error as Error, 'apiId', id)!.message;
};

const isMissingTopic = (error: unknown): boolean =>
  Boolean(
    findErrorBy(error as Error, 'apiId', 'UNKNOWN_TOPIC_OR_PARTITION') ??
    findErrorBy(error as Error, 'apiId', 'INVALID_TOPIC_EXCEPTION'),
  ) || /^Unknown topic /.test((error as Error).message);

/** Whether the same may succeed later. What is not an error of the client's own is a response that it cannot read. */
const isPassing = (error: Error): boolean =>
  GenericError.isGenericError(error) && !findErrorBy(error, 'canRetry', false) && !isMissingTopic(error);

const outgoing = ({ topic, key, value, headers }: OutgoingRecord) => ({
  topic,
  ...(key === null ? {} : { key: Buffer.from(key) }),
  ...(value === null ? {} : { value: Buffer.from(value) }),
  headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  // The client takes it modulo the number of partitions; its own hash is not Kafka's.
  partition: keyHash(key ?? ''),
});

/** The event log on @platformatic/kafka, in the only file that imports it. */
export class PlatformaticEventLog implements EventLog {
  private readonly common: ConstructorParameters<typeof Admin>[0];
  private openAdmin: Admin | undefined;

  constructor(
    { brokers, clientId, patience = usualPatience }: KafkaAddress,
    private readonly log: ClientLog,
  ) {
    // Few retries: whoever needs Kafka tries again by itself, and can be stopped.
    this.common = {
      clientId,
      bootstrapBrokers: [...brokers],
      connectTimeout: 5_000,
      timeout: 10_000,
      // It destroys the socket of a request that stays without an answer for so long; by itself it waits for 30 s.
      requestTimeout: patience,
      retries: 4,
      retryDelay: 200,
    };
  }

  async producer(): Promise<Producer> {
    const sender = new Sender<Buffer, Buffer, Buffer, Buffer>({ ...this.common, idempotent: false, acks: -1 });
    const send = async (records: readonly OutgoingRecord[]) => {
      try {
        await sender.send({ messages: records.map(outgoing), acks: -1 });
      } catch (error) {
        const topics = [...new Set(records.map(({ topic }) => topic))];
        if (isMissingTopic(error)) throw new UnknownTopic(topics, error);
        if (findErrorBy(error as Error, 'apiId', 'TOPIC_AUTHORIZATION_FAILED')) throw new TopicForbidden(topics, error);
        throw error;
      }
    };
    return producerOn({ send, refusal, close: () => sender.close() });
  }

  async consume(consumption: Consumption): Promise<Consumer> {
    const consumer = new MemberConsumer(consumption, {
      member: (events) => this.member(consumption, events),
      offsets: (topic) => this.offsets(topic),
      log: this.log,
    });
    consumer.start();
    return consumer;
  }

  /** One membership in the group, not joined yet. */
  private member(consumption: Consumption, events: MemberEvents): Member {
    const { group, topics, session = sessionTimeout } = consumption;
    const minBytes = enoughBytes(consumption);
    const member = new GroupMember({
      ...this.common,
      groupId: group,
      autocommit: false,
      sessionTimeout: session,
      rebalanceTimeout,
      heartbeatInterval: Math.min(2_000, session / 4),
      isolationLevel: readCommitted,
    });
    // Fetches wait at the broker, which answers one connection in order: signs of life need one of their own.
    const pool = new ConnectionPool(`${this.common.clientId}-fetch`, this.common);
    topics.forEach((topic) => member.topics.track(topic));
    member.on('error', events.onLost);
    member.on('consumer:group:rebalance', events.onRevoked);
    member.on('consumer:group:join', ({ assignments = [] }) =>
      events.onAssigned(
        assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
      ),
    );
    return {
      join: () =>
        member.joinGroup({}).then(
          () => undefined,
          (error: unknown) => {
            throw isMissingTopic(error) ? new UnknownTopic(topics, error) : error;
          },
        ),
      leaders: (places) => this.leaders(member, places),
      fetch: (node, places, wait) => this.fetch(member, pool, { node, places, wait, minBytes }),
      commit: (hints) =>
        member.commit({
          offsets: hints.map(({ topic, partition, next }) => ({ topic, partition, offset: next, leaderEpoch: -1 })),
        }),
      leave: async () => {
        await member.close(true);
        await pool.close();
      },
      isPassing,
      isOutOfRange: (error) => Boolean(findErrorBy(error, 'apiId', 'OFFSET_OUT_OF_RANGE')),
    };
  }

  private async leaders(member: GroupMember, places: readonly Partition[]): Promise<number[]> {
    const { topics } = await member.metadata({ topics: [...member.topics.current] });
    return places.map(({ topic, partition }) => topics.get(topic)?.partitions[partition]?.leader ?? -1);
  }

  private async fetch(
    member: GroupMember,
    connectionPool: ConnectionPool,
    { node, places, wait, minBytes }: { node: number; places: readonly FetchPlace[]; wait: number; minBytes: number },
  ) {
    const { topics } = await member.metadata({ topics: [...member.topics.current] });
    const { responses } = await member.fetch({
      node,
      connectionPool,
      maxWaitTime: wait,
      minBytes,
      maxBytes: fetchLimits.maxBytes,
      topics: [...Map.groupBy(places, ({ topic }) => topics.get(topic)!.id)].map(([topicId, wanted]) => ({
        topicId,
        partitions: wanted.map(({ partition, from }) => ({
          partition,
          currentLeaderEpoch: -1,
          fetchOffset: from,
          lastFetchedEpoch: -1,
          partitionMaxBytes: fetchLimits.maxBytesPerPartition,
        })),
      })),
    });
    const asked = new Map(places.map((place) => [`${topics.get(place.topic)!.id}/${place.partition}`, place]));
    return responses.flatMap(({ topicId, partitions }) =>
      partitions.flatMap(({ partitionIndex, records, abortedTransactions, highWatermark }) => {
        const place = asked.get(`${topicId}/${partitionIndex}`);
        if (!place || !records?.length) return [];
        const { topic, partition, from } = place;
        const read = recordsOf(records, abortedTransactions ?? [], from);
        return [{ topic, partition, from, records: read, next: nextAfter(records, from), highWatermark }];
      }),
    );
  }

  private get admin(): Admin {
    this.openAdmin ??= new Admin(this.common);
    return this.openAdmin;
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<string[]> {
    const present = new Set(await this.admin.listTopics());
    const absent = topics.filter(({ name }) => !present.has(name));
    for (const { name, partitions, replicas, settings } of absent) {
      await this.admin.createTopics({
        topics: [{ topic: name, partitions, replicas }],
        configs: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
      });
    }
    const created = absent.map(({ name }) => name);
    await untilKnown(created, (topic) => this.offsets(topic));
    return created;
  }

  async offsets(topic: string): ReturnType<EventLog['offsets']> {
    const { topics } = await this.admin.metadata({ topics: [topic] });
    const partitions = [...topics.get(topic)!.partitions.keys()];
    const at = async (timestamp: bigint) => {
      const wanted = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }));
      const [listed] = await this.admin.listOffsets({ topics: [{ name: topic, partitions: wanted }] });
      return new Map(listed!.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
    };
    const [low, high] = [await at(ListOffsetTimestamps.EARLIEST), await at(ListOffsetTimestamps.LATEST)];
    return partitions.map((partition) => ({
      partition,
      low: low.get(partition) ?? 0n,
      high: high.get(partition) ?? 0n,
    }));
  }

  async close(): Promise<void> {
    await this.openAdmin?.close();
  }
}
