import type { Received } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import { runTasks } from './dispatch.ts';
import type { Partition } from './event-log.ts';
import { isOff } from './failpoints.ts';
import { freshOf } from './inbox.ts';
import { park, parkedKeys, type ParkedRecord } from './parking.ts';
import type { Task } from './unit-of-work.ts';

/** A partition and the offset that comes next in it. */
export type Standing = {
  readonly partition: Partition;
  readonly next: bigint;
  /** How many records there are from there on; null: the log did not say. */
  readonly remaining: bigint | null;
};

/** A position that is to move from where it was seen (null: nowhere yet). */
export type Move = Standing & { readonly seen: bigint | null };

/** What taking chunks does to the database, within one transaction. */
export type ChunkTransaction = {
  /** Moves positions by compare-and-set; gives how many were where they were seen. */
  move(moves: readonly Move[]): Promise<number>;
  /** The keys among these that are parked; nobody parks or frees them until the transaction ends. */
  parkedKeys(topic: string, keys: readonly string[]): Promise<Set<string>>;
  park(partition: Partition, records: readonly ParkedRecord[]): Promise<void>;
  /** Notes the events as taken; gives those that were not taken before. */
  fresh(events: readonly Received[]): Promise<readonly Received[]>;
  run(tasks: readonly Task[]): Promise<void>;
};

/** What taking chunks needs of a database, for one consumer group. */
export type ChunkStore = {
  /** Where the group stands, in each partition that it ever read. */
  positions(): Promise<readonly Standing[]>;
  /** Commits what the work did, all or nothing. */
  transaction<T>(work: (tx: ChunkTransaction) => Promise<T>): Promise<T>;
};

const move = async (tx: Transaction, group: string, moves: readonly Move[]): Promise<number> => {
  const moved = await tx.query(
    `WITH wanted AS (
       SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[], $7::bigint[])
         AS w(topic, partition, seen, next, remaining)
     ), moved AS (
       UPDATE consumer_position p SET next_offset = w.next, moved_at = now(),
         remaining = coalesce(w.remaining, greatest(0, p.remaining + p.next_offset - w.next)) FROM wanted w
       WHERE p.consumer_group = $1 AND p.topic = w.topic AND p.partition = w.partition
         AND (p.next_offset = w.seen OR $6)
       RETURNING 1
     ), created AS (
       INSERT INTO consumer_position (consumer_group, topic, partition, next_offset, remaining)
       SELECT $1, topic, partition, next, coalesce(remaining, 0) FROM wanted WHERE seen IS NULL
       ON CONFLICT DO NOTHING RETURNING 1
     )
     SELECT 1 FROM moved UNION ALL SELECT 1 FROM created`,
    [
      group,
      moves.map(({ partition }) => partition.topic),
      moves.map(({ partition }) => partition.partition),
      moves.map(({ seen }) => seen?.toString() ?? null),
      moves.map(({ next }) => next.toString()),
      isOff('position'),
      moves.map(({ remaining }) => remaining?.toString() ?? null),
    ],
  );
  return isOff('position') ? moves.length : moved.length;
};

/** A group's positions, inbox and parked records in a service's database. */
export const chunkStoreOf = (database: Database, group: string): ChunkStore => ({
  positions: async () => {
    const rows = await database.query<Partition & { next_offset: string; remaining: string }>(
      `SELECT topic, partition, next_offset, remaining FROM consumer_position WHERE consumer_group = $1`,
      [group],
    );
    return rows.map(({ topic, partition, next_offset, remaining }) => ({
      partition: { topic, partition },
      next: BigInt(next_offset),
      remaining: BigInt(remaining),
    }));
  },
  transaction: (work) =>
    database.inBackground(
      (tx) =>
        work({
          move: (moves) => move(tx, group, moves),
          parkedKeys: (topic, keys) => parkedKeys(tx, group, topic, keys),
          park: (partition, records) => park(tx, group, partition, records),
          fresh: (events) => freshOf(tx, group, events),
          run: (tasks) => runTasks(tx, tasks),
        }),
      'by key',
      'with the work',
    ),
});
