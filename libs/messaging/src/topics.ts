import { topics } from '@tierline/contracts';
import { deadLetterTopic } from './dead-letters.ts';
import type { EventLog, TopicSpec } from './event-log.ts';

const day = 24 * 60 * 60 * 1_000;

export type TopicOptions = {
  replicas: number;
  retentionDays?: number;
  /** At most; for small set-ups. */ partitions?: number;
};

/** Bytes of the largest record; a dead letter has headers on top of what could not be taken. */
const largest = { event: 2_000_000, deadLetter: 2_100_000 };

/** The public topics and those of their dead letters as they are created: names with prefix, partitions, retention. */
export const topicSpecs = (
  prefix: string,
  { replicas, retentionDays = 30, partitions: most }: TopicOptions,
): TopicSpec[] => {
  const finite = { 'cleanup.policy': 'delete', 'retention.ms': String(retentionDays * day) };
  const settings = { 'compression.type': 'producer' };
  return Object.values(topics).flatMap(({ name, partitions, compacted }) => [
    {
      name: `${prefix}.${name}`,
      partitions: Math.min(partitions, most ?? partitions),
      replicas,
      settings: {
        ...settings,
        'max.message.bytes': String(largest.event),
        ...(compacted ? { 'cleanup.policy': 'compact' } : finite),
      },
    },
    {
      name: deadLetterTopic(`${prefix}.${name}`),
      partitions: 1,
      replicas,
      settings: { ...settings, 'max.message.bytes': String(largest.deadLetter), ...finite },
    },
  ]);
};

/** Creates the topics that are absent; gives their names. */
export const createTopics = (log: EventLog, prefix: string, options: TopicOptions): Promise<string[]> =>
  log.createTopics(topicSpecs(prefix, options));
