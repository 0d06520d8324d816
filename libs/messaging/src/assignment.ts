import { setTimeout as sleep } from 'node:timers/promises';
import { backoff } from './deadline.ts';
import {
  LogCutShort,
  RetentionPassed,
  checkPosition,
  type ClientLog,
  type Consumption,
  type EventLog,
  type Partition,
} from './event-log.ts';

/** Where to read a partition from. */
export type Start = Partition & { readonly position: bigint };

export const nameOf = ({ topic, partition }: Partition): string => `${topic}/${partition}`;

const ask = async (
  partitions: readonly Partition[],
  onAssigned: Consumption['onAssigned'],
  offsets: EventLog['offsets'],
): Promise<Start[]> => {
  const positions = await onAssigned(partitions);
  const bounds = new Map<string, Awaited<ReturnType<EventLog['offsets']>>[number]>();
  for (const topic of new Set(partitions.map(({ topic }) => topic))) {
    for (const bound of await offsets(topic)) bounds.set(nameOf({ topic, partition: bound.partition }), bound);
  }
  return partitions.map(({ topic, partition }, index) => {
    const bound = bounds.get(nameOf({ topic, partition }));
    if (!bound) throw new Error(`the log does not say where ${topic}/${partition} begins`);
    const position = positions[index] ?? bound.low;
    checkPosition(topic, bound, position);
    return { topic, partition, position };
  });
};

/** The longest pause between two tries if nobody says otherwise, in milliseconds. */
const longestPause = 5_000;

/**
 * Where to read newly assigned partitions from; undefined when they were taken away meanwhile.
 * Asks again for as long as the positions or the log cannot be read: a new process could not read them either.
 * Throws `RetentionPassed` or `LogCutShort`, which no waiting mends.
 */
export const startsOf = async (
  partitions: readonly Partition[],
  { onAssigned, longestPause: most = longestPause }: Pick<Consumption, 'onAssigned' | 'longestPause'>,
  { offsets, log, isCurrent }: { offsets: EventLog['offsets']; log: ClientLog; isCurrent: () => boolean },
): Promise<Start[] | undefined> => {
  for (let attempt = 1; isCurrent(); attempt += 1) {
    try {
      const starts = await ask(partitions, onAssigned, offsets);
      return isCurrent() ? starts : undefined;
    } catch (error) {
      if (error instanceof RetentionPassed || error instanceof LogCutShort) throw error;
      log('warn', 'positions are not known yet', { attempt, error: (error as Error).message });
      // Not all at once, when what was away comes back.
      await sleep(backoff(attempt, most) * (0.5 + Math.random() / 2));
    }
  }
  return undefined;
};

/** Waits until the log knows these new topics; throws the last error when that takes longer than 15 s. */
export const untilKnown = async (topics: readonly string[], offsets: EventLog['offsets']): Promise<void> => {
  const end = performance.now() + 15_000;
  for (const topic of topics) {
    for (let known = false; !known;) {
      try {
        await offsets(topic);
        known = true;
      } catch (error) {
        if (performance.now() > end) throw error;
        await sleep(50);
      }
    }
  }
};
