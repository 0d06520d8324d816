import { Kafka, Partitioners, logLevel, type Message } from 'kafkajs';
import { testParts } from './parts.ts';

/** Somebody else's client on the test's Kafka: it does to topics and groups what no service of ours would. */
export const stranger = () => {
  const kafka = new Kafka({
    clientId: 'stranger',
    brokers: testParts().brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const options = { createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false };
  const producer = kafka.producer(options);
  let connected: Promise<unknown> | undefined;
  const connect = () => (connected ??= Promise.all([admin.connect(), producer.connect()]));
  return {
    send: async (topic: string, messages: Message[]): Promise<void> => {
      await connect();
      await producer.send({ topic, messages });
    },
    /** Sends in a transaction, which is then kept or taken back. */
    transact: async (topic: string, messages: Message[], end: 'commit' | 'abort'): Promise<void> => {
      const own = kafka.producer({ ...options, transactionalId: `stranger-${topic}`, maxInFlightRequests: 1 });
      await own.connect();
      const transaction = await own.transaction();
      await transaction.send({ topic, messages });
      await transaction[end]();
      await own.disconnect();
    },
    /** Commits these offsets, by partition, for the group, which must have no members. */
    commit: async (group: string, topic: string, offsets: Record<number, number>): Promise<void> => {
      await connect();
      const partitions = Object.entries(offsets).map(([partition, offset]) => ({
        partition: +partition,
        offset: `${offset}`,
      }));
      await admin.setOffsets({ groupId: group, topic, partitions });
    },
    committed: async (group: string, topic: string): Promise<Record<number, number>> => {
      await connect();
      const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return Object.fromEntries(offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    },
    /** Deletes all records below the offset, as retention does. */
    deleteBelow: async (topic: string, partition: number, offset: number): Promise<void> => {
      await connect();
      // Loads what the client knows of the topic; it does not by itself.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    },
    close: async (): Promise<void> => {
      if (!connected) return;
      await connected;
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
};
