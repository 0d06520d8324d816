import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs, { logLevel, type Admin, type ICustomPartitioner, type Kafka } from 'kafkajs';
import { producerOn } from './appending.ts';
import { untilKnown } from './assignment.ts';
import {
  TopicForbidden,
  UnknownTopic,
  enoughBytes,
  fetchLimits,
  longestWait,
  rebalanceTimeout,
  sessionTimeout,
  usualPatience,
  type ClientLog,
  type Consumer,
  type Consumption,
  type EventLog,
  type KafkaAddress,
  type OutgoingRecord,
  type Producer,
  type TopicSpec,
} from './event-log.ts';
import { KafkajsConsumer } from './kafkajs-consumer.ts';
import { forbiddenTopic, missingTopic, refusal } from './kafkajs-errors.ts';
import { patientSockets } from './kafkajs-socket.ts';
import { keyHash } from './key-hash.ts';

type Throttled = {
  throttledUntil: number;
  pending: unknown[];
  scheduleCheckPendingRequests: (this: Throttled) => void;
};
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: Throttled };
const queue = RequestQueue.prototype;
const schedule = queue.scheduleCheckPendingRequests;
// kafkajs 2.2.4 arms a timer with a negative delay on an idle, unthrottled queue: Node 24 warns and spins.
queue.scheduleCheckPendingRequests = function scheduleWhenNeeded(this: Throttled) {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];
// kafkajs reads gzip alone; a batch in snappy or lz4 ends the consumer with an error that names the codec.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

const partitioner: ICustomPartitioner =
  () =>
  ({ message, partitionMetadata }) =>
    keyHash(message.key ?? '') % partitionMetadata.length;

const levels = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info' } as const;

/** The event log on kafkajs, in the only file that imports it. */
export class KafkajsEventLog implements EventLog {
  /** The client itself, for tests that do to topics and groups what no service would. */
  readonly kafka: Kafka;
  private admin: Promise<Admin> | undefined;

  constructor(
    { brokers, clientId, patience = usualPatience }: KafkaAddress,
    private readonly log: ClientLog,
  ) {
    this.kafka = new kafkajs.Kafka({
      clientId,
      brokers: [...brokers],
      connectionTimeout: 5_000,
      // kafkajs waits 5 s more than `rebalanceTimeout` for the answer to a join.
      requestTimeout: patience - 1_000,
      socketFactory: patientSockets(patience),
      // Few, since nothing can interrupt them: whoever needs Kafka tries again by itself, and can be stopped.
      retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 3 },
      logLevel: logLevel.INFO,
      logCreator:
        () =>
        ({ level, log: { message, timestamp, ...details } }) =>
          this.log(levels[level as keyof typeof levels] ?? 'debug', message, { ...details, timestamp }),
    });
  }

  async producer(): Promise<Producer> {
    // Not idempotent: kafkajs rolls its sequence back on errors and loses records that way. Duplicates the inbox removes.
    const producer = this.kafka.producer({
      createPartitioner: partitioner,
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    let connected: Promise<void> | undefined;
    const connect = () =>
      (connected ??= producer.connect().catch((error: unknown) => {
        connected = undefined;
        throw error;
      }));
    const send = async (records: readonly OutgoingRecord[]) => {
      const byTopic = Map.groupBy(records, ({ topic }) => topic);
      const topicMessages = [...byTopic].map(([topic, messages]) => ({
        topic,
        messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
      }));
      try {
        await connect();
        await producer.sendBatch({ acks: -1, timeout: 10_000, topicMessages });
      } catch (error) {
        if (missingTopic(error)) throw new UnknownTopic([...byTopic.keys()], error);
        if (forbiddenTopic(error)) throw new TopicForbidden([...byTopic.keys()], error);
        throw error;
      }
    };
    return producerOn({ send, refusal, close: () => producer.disconnect() });
  }

  async consume(consumption: Consumption): Promise<Consumer> {
    const { group, session = sessionTimeout } = consumption;
    let stopped = false;
    const client = this.kafka.consumer({
      groupId: group,
      sessionTimeout: session,
      heartbeatInterval: Math.min(2_000, session / 4),
      rebalanceTimeout,
      maxWaitTimeInMs: longestWait,
      minBytes: enoughBytes(consumption),
      ...fetchLimits,
      allowAutoTopicCreation: false,
      retry: { retries: 10, initialRetryTime: 200, maxRetryTime: 2_000, restartOnFailure: async () => !stopped },
    });
    const consumer = new KafkajsConsumer(client, consumption, (topic) => this.offsets(topic), this.log);
    const { GROUP_JOIN, CRASH, STOP } = client.events;
    client.on(CRASH, ({ payload: { error, restart } }) => consumer.crashed(error, restart));
    client.on(STOP, () => consumer.stopped());
    client.on(GROUP_JOIN, ({ payload: { memberAssignment } }) =>
      consumer.joined(
        Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        ),
      ),
    );
    consumer.start();
    return {
      stop: () => {
        stopped = true;
        return consumer.stop();
      },
    };
  }

  private connectedAdmin(): Promise<Admin> {
    this.admin ??= (async () => {
      const admin = this.kafka.admin({ retry: { retries: 5 } });
      await admin.connect();
      return admin;
    })().catch((error: unknown) => {
      this.admin = undefined;
      throw error;
    });
    return this.admin;
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<string[]> {
    const admin = await this.connectedAdmin();
    const present = new Set(await admin.listTopics());
    const absent = topics.filter(({ name }) => !present.has(name));
    if (absent.length > 0) {
      await admin.createTopics({
        // Its own wait fails when a broker does not know the topic yet.
        waitForLeaders: false,
        topics: absent.map(({ name, partitions, replicas, settings }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
        })),
      });
    }
    const created = absent.map(({ name }) => name);
    await untilKnown(created, (topic) => this.offsets(topic));
    return created;
  }

  async offsets(topic: string): ReturnType<EventLog['offsets']> {
    const admin = await this.connectedAdmin();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  }

  async close(): Promise<void> {
    await (await this.admin)?.disconnect();
  }
}
