import { topics } from '@tierline/contracts';
import type { EventLog, TopicSpec } from './event-log.ts';

const day = 24 * 60 * 60 * 1_000;

export type TopicOptions = {
  replicas: number;
  retentionDays?: number;
  /** At most; for small set-ups. */ partitions?: number;
};

/** The public topics as they are created: names with prefix, partitions, retention. */
export const topicSpecs = (prefix: string, { replicas, retentionDays = 30, partitions: most }: TopicOptions) =>
  Object.values(topics).map(({ name, partitions, compacted }): TopicSpec => ({
    name: `${prefix}.${name}`,
    partitions: Math.min(partitions, most ?? partitions),
    replicas,
    settings: {
      'compression.type': 'producer',
      'max.message.bytes': '2000000',
      ...(compacted
        ? { 'cleanup.policy': 'compact' }
        : { 'cleanup.policy': 'delete', 'retention.ms': String(retentionDays * day) }),
    },
  }));

/** Creates the public topics that are absent; gives their names. */
export const createTopics = (log: EventLog, prefix: string, options: TopicOptions): Promise<string[]> =>
  log.createTopics(topicSpecs(prefix, options));
