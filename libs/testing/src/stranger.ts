import type { KafkajsEventLog } from '@tierline/messaging';
import { testLog } from './parts.ts';

type Client = KafkajsEventLog['kafka'];
type Message = Parameters<ReturnType<Client['producer']>['send']>[0]['messages'][number];

/** Somebody else's client on the test's Kafka: it does to topics and groups what no service of ours would. */
export const stranger = async () => {
  const { kafka } = (await testLog('kafkajs')) as KafkajsEventLog;
  const admin = kafka.admin();
  const options = { allowAutoTopicCreation: false };
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
    /** Commits these offsets, by partition, for the group, as a member that joins and leaves. */
    commit: async (group: string, topic: string, offsets: Record<number, number>): Promise<void> => {
      const member = kafka.consumer({ groupId: group, maxWaitTimeInMs: 50, allowAutoTopicCreation: false });
      const joined = new Promise((resolve) => member.on('consumer.group_join', resolve));
      await member.connect();
      await member.subscribe({ topics: [topic], fromBeginning: true });
      await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
      await joined;
      await member.commitOffsets(
        Object.entries(offsets).map(([partition, offset]) => ({ topic, partition: +partition, offset: `${offset}` })),
      );
      await member.disconnect();
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
    /** Changes settings of a topic. */
    configure: async (topic: string, settings: Record<string, string>): Promise<void> => {
      await connect();
      const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
    },
    close: async (): Promise<void> => {
      if (!connected) return;
      await connected;
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
};
