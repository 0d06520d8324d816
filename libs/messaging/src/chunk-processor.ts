import type { Received } from '@tierline/contracts';
import { isTransient, type Database, type Transaction } from '@tierline/persistence';
import { Unreadable, readEvent } from './envelope.ts';
import type { Chunk, LogRecord, Outcome, Partition } from './event-log.ts';
import { freshOf } from './inbox.ts';
import { park, parkedKeys, type ParkedRecord } from './parking.ts';
import type { Task } from './unit-of-work.ts';

/** What a service does with events: which types it takes, and the work that each one means. */
export type Dispatcher = {
  handles(type: string): boolean;
  tasksFor(event: Received): Promise<readonly Task[]>;
};

/** Somebody else moved the position: this process does not own the partition any more, or never read from there. */
class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** A record with what it was read as. */
type Read =
  | { kind: 'skipped'; record: LogRecord }
  | { kind: 'event'; record: LogRecord; event: Received }
  | { kind: 'unreadable'; record: LogRecord; reason: string };

export type ProcessorEvents = {
  /** Records were taken: `fresh` are the events among them that had an effect. */
  onDone(partition: Partition, done: { position: bigint; records: number; fresh: readonly Received[] }): void;
  onParked(partition: Partition, record: ParkedRecord): void;
  onRetry(partition: Partition, error: Error, attempt: number): void;
};

const keyOf = (record: LogRecord, { partition }: Partition) => record.key ?? `${partition}@${record.offset}`;

/** Runs tasks: those of one batch together, in order. */
export const runTasks = async (tx: Transaction, tasks: readonly Task[]): Promise<void> => {
  for (const [batch, together] of Map.groupBy(tasks, ({ batch }) => batch)) {
    await batch.run(
      tx,
      together.map(({ work }) => work),
    );
  }
};

/**
 * Takes chunks of records into the database: position, inbox, work and outbox in one transaction.
 * A record that cannot be digested is parked with all later ones of its key; everything else goes on.
 */
export class ChunkProcessor {
  private readonly positions = new Map<string, bigint>();
  private readonly failures = new Map<string, number>();
  private readonly gaps = new Map<string, bigint>();

  constructor(
    private readonly database: Database,
    private readonly group: string,
    private readonly dispatcher: Dispatcher,
    private readonly events: ProcessorEvents,
    private readonly chance: () => number = Math.random,
  ) {}

  /** The stored positions of these partitions; null where the group never read. */
  async assigned(partitions: readonly Partition[]): Promise<(bigint | null)[]> {
    const stored = await this.storedPositions();
    return partitions.map((partition) => {
      const name = this.name(partition);
      const position = stored.get(name);
      if (position === undefined) this.positions.delete(name);
      else this.positions.set(name, position);
      return position ?? null;
    });
  }

  /** Takes a chunk, or says where to read instead, or asks to come again later. Never throws. */
  async process(chunk: Chunk): Promise<Outcome> {
    const name = this.name(chunk);
    const first = chunk.records[0]!.offset;
    const position = this.positions.get(name) ?? first;
    const records = chunk.records.filter(({ offset }) => offset >= position);
    if (records.length === 0) return { kind: 'seek', next: position };
    if (records[0]!.offset > position && this.gaps.get(name) !== position) {
      // Read ahead of the stored position, or a gap that compaction left: ask once more to know which.
      this.gaps.set(name, position);
      return { kind: 'seek', next: position };
    }
    try {
      await this.take(
        chunk,
        records.map((record) => this.read(record)),
      );
      this.failures.delete(name);
      return { kind: 'done', next: records.at(-1)!.offset + 1n };
    } catch (error) {
      return this.refused(chunk, error as Error);
    }
  }

  private async refused(chunk: Chunk, error: Error): Promise<Outcome> {
    const name = this.name(chunk);
    if (error instanceof PositionMoved) {
      try {
        const stored = (await this.storedPositions()).get(name) ?? chunk.records[0]!.offset;
        this.positions.set(name, stored);
        return { kind: 'seek', next: stored };
      } catch (again) {
        error = again as Error;
      }
    }
    const attempt = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, attempt);
    this.events.onRetry(chunk, error, attempt);
    const wait = Math.min(30_000, 100 * 2 ** Math.min(attempt, 9)) * (0.5 + this.chance() / 2);
    return { kind: 'later', next: this.positions.get(name) ?? chunk.records[0]!.offset, milliseconds: wait };
  }

  private read(record: LogRecord): Read {
    const type = record.headers.ce_type;
    if (type !== undefined && !this.dispatcher.handles(type)) return { kind: 'skipped', record };
    try {
      return { kind: 'event', record, event: readEvent(record) };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return { kind: 'unreadable', record, reason: error.message };
    }
  }

  /** Takes the records in one transaction; where that fails for good, in halves, down to the one to be parked. */
  private async take(chunk: Chunk, reads: readonly Read[]): Promise<void> {
    try {
      await this.takeTogether(chunk, reads);
    } catch (error) {
      if (error instanceof PositionMoved || isTransient(error)) throw error;
      if (reads.length > 1) {
        const middle = Math.ceil(reads.length / 2);
        await this.take(chunk, reads.slice(0, middle));
        await this.take(chunk, reads.slice(middle));
        return;
      }
      const { record } = reads[0]!;
      const { name, message } = error as Error;
      await this.takeTogether(chunk, [{ kind: 'unreadable', record, reason: `${name}: ${message}` }]);
    }
  }

  private async takeTogether(chunk: Chunk, reads: readonly Read[]): Promise<void> {
    const from = this.positions.get(this.name(chunk)) ?? reads[0]!.record.offset;
    const next = reads.at(-1)!.record.offset + 1n;
    const { aside, fresh } = await this.database.inBackground(async (tx) => {
      await this.move(tx, chunk, from, next);
      const wanted = reads.filter(({ kind }) => kind !== 'skipped');
      if (wanted.length === 0) return { aside: [], fresh: [] };
      const { ready, aside } = await this.sort(tx, chunk, wanted);
      await park(tx, this.group, chunk, aside);
      const fresh = await freshOf(tx, this.group, ready);
      const tasks: Task[] = [];
      for (const event of fresh) tasks.push(...(await this.dispatcher.tasksFor(event)));
      await runTasks(tx, tasks);
      return { aside, fresh };
    });
    this.positions.set(this.name(chunk), next);
    this.gaps.delete(this.name(chunk));
    aside.forEach((record) => this.events.onParked(chunk, record));
    this.events.onDone(chunk, { position: next, records: reads.length, fresh });
  }

  /** Tells the events that can be taken from the records that have to be parked, or wait behind a parked one. */
  private async sort(tx: Transaction, chunk: Chunk, reads: readonly Read[]) {
    const blocked = await parkedKeys(
      tx,
      this.group,
      chunk.topic,
      reads.map(({ record }) => keyOf(record, chunk)),
    );
    const ready: Received[] = [];
    const aside: ParkedRecord[] = [];
    for (const read of reads) {
      const key = keyOf(read.record, chunk);
      if (blocked.has(key)) aside.push({ record: read.record, key, reason: 'waits behind an earlier parked record' });
      else if (read.kind === 'unreadable') {
        aside.push({ record: read.record, key, reason: read.reason });
        blocked.add(key);
      } else if (read.kind === 'event') ready.push(read.event);
    }
    return { ready, aside };
  }

  private async move(tx: Transaction, { topic, partition }: Partition, from: bigint, next: bigint): Promise<void> {
    const moved = await tx.query(
      `INSERT INTO consumer_position AS p (consumer_group, topic, partition, next_offset)
       VALUES ($1, $2, $3, $5)
       ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = $5, moved_at = now()
       WHERE p.next_offset = $4 RETURNING 1`,
      [this.group, topic, partition, from.toString(), next.toString()],
    );
    if (moved.length === 0) throw new PositionMoved(`${topic}/${partition} is not at ${from} any more`);
  }

  private async storedPositions(): Promise<Map<string, bigint>> {
    const rows = await this.database.inBackground((tx) =>
      tx.query<{ topic: string; partition: number; next_offset: string }>(
        `SELECT topic, partition, next_offset FROM consumer_position WHERE consumer_group = $1`,
        [this.group],
      ),
    );
    return new Map(rows.map((row) => [this.name(row), BigInt(row.next_offset)]));
  }

  private name({ topic, partition }: Partition): string {
    return `${topic}/${partition}`;
  }
}
