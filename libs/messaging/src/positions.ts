import type { ChunkStore, ChunkTransaction, Move, Standing } from './chunk-store.ts';
import type { Partition } from './event-log.ts';
import { isOff } from './failpoints.ts';

/** Somebody else moved the position: this process does not own the partition any more, or never read from there. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`;

const moved = (partitions: readonly Partition[]) =>
  new PositionMoved(`${partitions.map(nameOf).join(', ')}: not where it was`);

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
      this.inMemory.set(name, { partition, next, remaining: null });
      this.stored.set(name, next);
      return next;
    });
  }

  /** The offset that comes next; undefined before anything was read of the partition. */
  read(partition: Partition): bigint | undefined {
    return this.inMemory.get(nameOf(partition))?.next;
  }

  /** Notes skipped records. */
  advance(standing: Standing): void {
    this.inMemory.set(nameOf(standing.partition), standing);
  }

  /** Partitions whose position the database does not know yet. */
  unstored(): Standing[] {
    return [...this.inMemory.values()].filter(({ partition, next }) => this.stored.get(nameOf(partition)) !== next);
  }

  /**
   * Reads the position again after somebody moved it. If it lies among the records that were skipped here, the rest of
   * them is skipped still: nobody may come to read them again, and they would count as waiting.
   */
  async reconsider(standing: Standing): Promise<void> {
    const { partition, next } = standing;
    const before = this.stored.get(nameOf(partition));
    const [now] = await this.assigned([partition]);
    if (before !== undefined && now != null && before <= now && now < next) this.advance(standing);
  }

  /** True when the database has not come that far. */
  isBehind({ partition, next }: Standing): boolean {
    return (this.stored.get(nameOf(partition)) ?? -1n) < next;
  }

  /**
   * The moves to `next`, from where the database is known to be now: to be asked before anything is awaited. Throws
   * `PositionMoved` if records were cut for another position: they waited while others of their partition were taken,
   * or the partition was assigned anew.
   */
  moves(pieces: readonly (Standing & { readonly from?: bigint })[]): Move[] {
    return pieces.map(({ partition, from, next, remaining }) => {
      if (from !== undefined && (this.read(partition) ?? from) !== from && !isOff('position')) throw moved([partition]);
      return { partition, next, remaining, seen: this.stored.get(nameOf(partition)) ?? null };
    });
  }

  /** Moves positions by compare-and-set, within the transaction. Throws `PositionMoved` if any is not where it was. */
  async move(tx: ChunkTransaction, moves: readonly Move[]): Promise<void> {
    if ((await tx.move(moves)) !== moves.length) throw moved(moves.map(({ partition }) => partition));
  }

  /** Says that the transaction of `move` was committed. */
  moved(standings: readonly Standing[]): void {
    for (const { partition, next, remaining } of standings) {
      const name = nameOf(partition);
      this.stored.set(name, next);
      if ((this.inMemory.get(name)?.next ?? -1n) < next) this.inMemory.set(name, { partition, next, remaining });
    }
  }
}
