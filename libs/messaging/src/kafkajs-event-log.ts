import { createRequire } from 'node:module';
import {
  Kafka,
  Partitioners,
  logLevel,
  type Admin,
  type Consumer as KafkaConsumer,
  type EachBatchPayload,
} from 'kafkajs';
import {
  RetentionPassed,
  chunkLimits,
  type Consumer,
  type Consumption,
  type EventLog,
  type LogRecord,
  type Producer,
} from './event-log.ts';

/** How to reach Kafka. */
export type KafkaAddress = { brokers: readonly string[]; clientId: string };

/** Receives the client's own log lines. */
export type ClientLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string, details: object) => void;

const sessionTimeout = 10_000;

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

const textHeaders = (headers: EachBatchPayload['batch']['messages'][number]['headers']) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(Array.isArray(value) ? value[0] : value)]),
  );

const recordOf = (message: EachBatchPayload['batch']['messages'][number]): LogRecord => ({
  offset: BigInt(message.offset),
  key: message.key?.toString('utf8') ?? null,
  value: message.value,
  headers: textHeaders(message.headers),
});

/** Cuts a batch into chunks of at most `chunkLimits`. */
const chunksOf = function* (records: readonly LogRecord[]): Generator<LogRecord[]> {
  let chunk: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (chunk.length > 0 && (chunk.length >= chunkLimits.records || bytes + size > chunkLimits.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
};

/** Consumes with kafkajs: positions come from the caller, offsets in Kafka are only a hint for lag tools. */
class KafkajsConsumer implements Consumer {
  private readonly hints = new Map<string, { topic: string; partition: number; offset: string }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly hintTimer: NodeJS.Timeout;
  private stopping = false;

  constructor(
    private readonly consumer: KafkaConsumer,
    private readonly consumption: Consumption,
    private readonly offsets: EventLog['offsets'],
    private readonly log: ClientLog,
  ) {
    this.hintTimer = setInterval(() => void this.commitHints(), 1_000);
  }

  async start(): Promise<void> {
    const { GROUP_JOIN, CRASH } = this.consumer.events;
    const { topics, onFatal } = this.consumption;
    this.consumer.on(CRASH, ({ payload }) => {
      // After a non-retriable error kafkajs stays alive and reads nothing.
      if (!payload.restart && !this.stopping) onFatal(payload.error);
    });
    this.consumer.on(GROUP_JOIN, ({ payload }) => {
      const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
        numbers.map((partition) => ({ topic, partition })),
      );
      this.seekToPositions(partitions).catch((error: Error) => onFatal(error));
    });
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.eachBatch(payload),
    });
  }

  private async seekToPositions(partitions: { topic: string; partition: number }[]): Promise<void> {
    const positions = await this.consumption.onAssigned(partitions);
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const lows = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, low } of await this.offsets(topic)) lows.set(`${topic}/${partition}`, low);
    }
    if (this.stopping) return;
    partitions.forEach(({ topic, partition }, index) => {
      const low = lows.get(`${topic}/${partition}`) ?? 0n;
      const position = positions[index] ?? low;
      if (position < low) throw new RetentionPassed(topic, partition, position, low);
      this.consumer.seek({ topic, partition, offset: position.toString() });
    });
  }

  private async eachBatch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    for (const records of chunksOf(batch.messages.map(recordOf))) {
      if (!isRunning() || isStale() || this.stopping) return;
      const outcome = await this.consumption.onChunk({
        topic,
        partition,
        records,
        highWatermark: BigInt(batch.highWatermark),
      });
      if (outcome.kind === 'later') {
        this.pauseFor(topic, partition, outcome.milliseconds, outcome.next);
        return;
      }
      if (outcome.kind === 'seek') {
        this.consumer.seek({ topic, partition, offset: outcome.next.toString() });
        return;
      }
      resolveOffset((outcome.next - 1n).toString());
      this.hints.set(`${topic}/${partition}`, { topic, partition, offset: outcome.next.toString() });
      await heartbeat();
    }
  }

  private pauseFor(topic: string, partition: number, milliseconds: number, next: bigint): void {
    this.consumer.pause([{ topic, partitions: [partition] }]);
    this.consumer.seek({ topic, partition, offset: next.toString() });
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopping) this.consumer.resume([{ topic, partitions: [partition] }]);
    }, milliseconds);
    this.timers.add(timer);
  }

  private async commitHints(): Promise<void> {
    const hints = [...this.hints.values()];
    this.hints.clear();
    if (hints.length === 0) return;
    try {
      await this.consumer.commitOffsets(hints);
    } catch (error) {
      // Only lag tools read these offsets; the position of record is in the database.
      this.log('debug', 'offset hint was not taken', { error: (error as Error).message });
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.hintTimer);
    this.timers.forEach(clearTimeout);
    await this.consumer.stop();
    await this.commitHints();
    await this.consumer.disconnect();
  }
}

/** The event log on kafkajs, the only file that knows it. */
export class KafkajsEventLog implements EventLog {
  private readonly kafka: Kafka;
  private admin: Promise<Admin> | undefined;

  constructor(
    { brokers, clientId }: KafkaAddress,
    private readonly log: ClientLog,
  ) {
    const levels = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info' } as const;
    this.kafka = new Kafka({
      clientId,
      brokers: [...brokers],
      connectionTimeout: 5_000,
      requestTimeout: 30_000,
      retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: Number.MAX_SAFE_INTEGER },
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
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: false,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 2_000 },
    });
    await producer.connect();
    return {
      append: async (records) => {
        const byTopic = Map.groupBy(records, ({ topic }) => topic);
        await producer.sendBatch({
          acks: -1,
          timeout: 15_000,
          topicMessages: [...byTopic].map(([topic, messages]) => ({
            topic,
            messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
          })),
        });
      },
      close: () => producer.disconnect(),
    };
  }

  async consume(consumption: Consumption): Promise<Consumer> {
    const consumer = this.kafka.consumer({
      groupId: consumption.group,
      sessionTimeout,
      heartbeatInterval: 2_000,
      rebalanceTimeout: 20_000,
      maxWaitTimeInMs: 250,
      minBytes: 1,
      maxBytesPerPartition: 512 * 1024,
      allowAutoTopicCreation: false,
      retry: { retries: 10, initialRetryTime: 200, maxRetryTime: 5_000, restartOnFailure: async () => true },
    });
    const consuming = new KafkajsConsumer(consumer, consumption, (topic) => this.offsets(topic), this.log);
    await consuming.start();
    return consuming;
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

  async createTopics(topics: Parameters<EventLog['createTopics']>[0]): Promise<string[]> {
    const admin = await this.connectedAdmin();
    const present = new Set(await admin.listTopics());
    const absent = topics.filter(({ name }) => !present.has(name));
    if (absent.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: absent.map(({ name, partitions, replicas, settings }) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replicas,
          configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
        })),
      });
    }
    return absent.map(({ name }) => name);
  }

  async offsets(topic: string): Promise<{ partition: number; low: bigint; high: bigint }[]> {
    const admin = await this.connectedAdmin();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  }

  async close(): Promise<void> {
    await (await this.admin)?.disconnect();
  }
}
