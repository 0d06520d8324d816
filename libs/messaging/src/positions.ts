import type { Database, Transaction } from '@tierline/persistence';
import type { Partition } from './event-log.ts';
import { isOff } from './failpoints.ts';

/** Somebody else moved the position: this process does not own the partition any more, or never read from there. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** A partition and the offset that comes next in it. */
export type Standing = { readonly partition: Partition; readonly next: bigint };

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`;

/**
 * Where a group stands in its partitions. The database is right; what was only skipped is known here
 * and stored with the next records that are taken.
 */
export class Positions {
  private readonly inMemory = new Map<string, Standing>();
  private readonly stored = new Map<string, bigint>();

  constructor(
    private readonly database: Database,
    private readonly group: string,
  ) {}

  /** Reads the stored positions of these partitions; null where the group never read. */
  async assigned(partitions: readonly Partition[]): Promise<(bigint | null)[]> {
    const rows = await this.database.query<{ topic: string; partition: number; next_offset: string }>(
      `SELECT topic, partition, next_offset FROM consumer_position WHERE consumer_group = $1`,
      [this.group],
    );
    const stored = new Map(rows.map((row) => [nameOf(row), BigInt(row.next_offset)]));
    return partitions.map((partition) => {
      const name = nameOf(partition);
      const next = stored.get(name);
      this.inMemory.delete(name);
      this.stored.delete(name);
      if (next === undefined) return null;
      this.inMemory.set(name, { partition, next });
      this.stored.set(name, next);
      return next;
    });
  }

  /** The offset that comes next; undefined before anything was read of the partition. */
  read(partition: Partition): bigint | undefined {
    return this.inMemory.get(nameOf(partition))?.next;
  }

  /** Notes skipped records. */
  advance(partition: Partition, next: bigint): void {
    this.inMemory.set(nameOf(partition), { partition, next });
  }

  /** Partitions whose position the database does not know yet. */
  unstored(): Standing[] {
    return [...this.inMemory.values()].filter(({ partition, next }) => this.stored.get(nameOf(partition)) !== next);
  }

  /** True when the database has not come that far. */
  isBehind({ partition, next }: Standing): boolean {
    return (this.stored.get(nameOf(partition)) ?? -1n) < next;
  }

  /** Moves positions by compare-and-set, within the transaction. Throws `PositionMoved` if any is not where it was. */
  async move(tx: Transaction, standings: readonly Standing[]): Promise<void> {
    const moved = await tx.query(
      `WITH wanted AS (
         SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS w(topic, partition, seen, next)
       ), moved AS (
         UPDATE consumer_position p SET next_offset = w.next, moved_at = now() FROM wanted w
         WHERE p.consumer_group = $1 AND p.topic = w.topic AND p.partition = w.partition AND (p.next_offset = w.seen OR $6)
         RETURNING 1
       ), created AS (
         INSERT INTO consumer_position (consumer_group, topic, partition, next_offset)
         SELECT $1, topic, partition, next FROM wanted WHERE seen IS NULL
         ON CONFLICT DO NOTHING RETURNING 1
       )
       SELECT 1 FROM moved UNION ALL SELECT 1 FROM created`,
      [
        this.group,
        standings.map(({ partition }) => partition.topic),
        standings.map(({ partition }) => partition.partition),
        standings.map(({ partition }) => this.stored.get(nameOf(partition))?.toString() ?? null),
        standings.map(({ next }) => next.toString()),
        isOff('position'),
      ],
    );
    if (moved.length === standings.length || isOff('position')) return;
    throw new PositionMoved(`${standings.map(({ partition }) => nameOf(partition)).join(', ')}: not where it was`);
  }

  /** Says that the transaction of `move` was committed. */
  moved(standings: readonly Standing[]): void {
    for (const { partition, next } of standings) {
      const name = nameOf(partition);
      this.stored.set(name, next);
      if ((this.inMemory.get(name)?.next ?? -1n) < next) this.inMemory.set(name, { partition, next });
    }
  }
}
