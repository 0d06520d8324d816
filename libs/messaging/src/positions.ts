import type { ChunkStore, ChunkTransaction, Standing } from './chunk-store.ts';
import type { Partition } from './event-log.ts';

/** Somebody else moved the position: this process does not own the partition any more, or never read from there. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`;

/**
 * Where a group stands in its partitions. The database is right; what was only skipped is known here
 * and stored with the next records that are taken.
 */
export class Positions {
  private readonly inMemory = new Map<string, Standing>();
  private readonly stored = new Map<string, bigint>();

  constructor(private readonly store: ChunkStore) {}

  /** Reads the stored positions of these partitions; null where the group never read. */
  async assigned(partitions: readonly Partition[]): Promise<(bigint | null)[]> {
    const standings = await this.store.positions();
    const stored = new Map(standings.map(({ partition, next }) => [nameOf(partition), next]));
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

  /**
   * Somebody else stored the position meanwhile, as the former owner of a partition may: takes it over, and keeps what
   * was read beyond it, since that began at or before it. Without this, what is known here would wait for the next record.
   */
  async overtaken(partition: Partition): Promise<void> {
    const name = nameOf(partition);
    const [from, mine] = [this.stored.get(name) ?? -1n, this.read(partition)];
    const now = (await this.store.positions()).find((standing) => nameOf(standing.partition) === name)?.next;
    if (now === undefined) return;
    this.stored.set(name, now);
    const isBeyond = mine !== undefined && from <= now && now <= mine;
    if (!isBeyond) this.inMemory.set(name, { partition, next: now });
  }

  /** True when the database has not come that far. */
  isBehind({ partition, next }: Standing): boolean {
    return (this.stored.get(nameOf(partition)) ?? -1n) < next;
  }

  /** Moves positions by compare-and-set, within the transaction. Throws `PositionMoved` if any is not where it was. */
  async move(tx: ChunkTransaction, standings: readonly Standing[]): Promise<void> {
    const moves = standings.map(({ partition, next }) => ({
      partition,
      next,
      seen: this.stored.get(nameOf(partition)) ?? null,
    }));
    if ((await tx.move(moves)) === standings.length) return;
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
