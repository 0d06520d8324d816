import type { Received } from '@tierline/contracts';
import { isTransient, together } from '@tierline/persistence';
import type { ChunkStore, ChunkTransaction, Standing } from './chunk-store.ts';
import { backoff } from './deadline.ts';
import type { Dispatcher } from './dispatch.ts';
import { Unreadable, readEvent } from './envelope.ts';
import { chunkLimits, type Chunk, type LogRecord, type Outcome, type Partition } from './event-log.ts';
import { failpoint, isOff } from './failpoints.ts';
import type { ParkedRecord } from './parking.ts';
import { PositionMoved, Positions } from './positions.ts';
import type { Task } from './unit-of-work.ts';

/** A record with what it was read as. */
type Read =
  | { kind: 'skipped'; record: LogRecord }
  | { kind: 'event'; record: LogRecord; event: Received }
  | { kind: 'unreadable'; record: LogRecord; reason: string };

/** Records of one partition, cut for the position `from`, to be taken in one transaction; none: only the position moves. */
type Piece = Standing & { reads: readonly Read[]; from?: bigint };

type Waiting = Piece & { done: () => void; failed: (error: Error) => void };

export type ProcessorEvents = {
  /** Records were taken: `fresh` are the events among them that had an effect. */
  onDone(partition: Partition, done: { position: bigint; records: number; fresh: readonly Received[] }): void;
  onParked(partition: Partition, record: ParkedRecord): void;
  onRetry(partition: Partition, error: Error, attempt: number): void;
};

/** Transactions at once: while the database is busy with one, this process prepares the other. */
const most = 2;

const keyOf = (record: LogRecord, { partition }: Partition) => record.key ?? `${partition}@${record.offset}`;
const nameOf = ({ topic, partition }: Partition) => `${topic}/${partition}`;
const pieceOf = (partition: Partition, reads: readonly Read[], from?: bigint): Piece => ({
  partition,
  reads,
  ...(from === undefined ? {} : { from }),
  next: reads.at(-1)!.record.offset + 1n,
  remaining: null,
});

const recordsIn = (pieces: readonly Piece[]) => pieces.reduce((sum, { reads }) => sum + reads.length, 0);

const wantedOf = ({ reads }: Piece) => reads.filter(({ kind }) => kind !== 'skipped');

/** The parked keys among those of the pieces, by topic: one statement a topic, however many partitions wait. */
const parkedOf = async (tx: ChunkTransaction, pieces: readonly Piece[]): Promise<Map<string, Set<string>>> => {
  const byTopic = [...Map.groupBy(pieces, ({ partition }) => partition.topic)];
  const parked = byTopic.map(([topic, some]) => {
    const keys = some.flatMap((piece) => wantedOf(piece).map(({ record }) => keyOf(record, piece.partition)));
    return keys.length > 0 ? tx.parkedKeys(topic, keys) : Promise.resolve(new Set<string>());
  });
  const sets = await together<Set<string>[]>(...parked);
  return new Map(byTopic.map(([topic], index) => [topic, sets[index]!]));
};

/** Tells the events that can be taken from the records that have to be parked, or wait behind a parked one. */
const sort = (piece: Piece, blocked: Set<string>) => {
  const ready: Received[] = [];
  const aside: ParkedRecord[] = [];
  for (const read of wantedOf(piece)) {
    const key = keyOf(read.record, piece.partition);
    if (blocked.has(key)) aside.push({ record: read.record, key, reason: 'waits behind an earlier parked record' });
    else if (read.kind === 'unreadable') {
      aside.push({ record: read.record, key, reason: read.reason });
      blocked.add(key);
    } else if (read.kind === 'event') ready.push(read.event);
  }
  return { ready, aside };
};

/**
 * Takes chunks of records into the database: position, inbox, work and outbox in one transaction. Chunks of several
 * partitions that wait at the same time share one; where more wait than one takes, two run side by side. A record that cannot be digested is parked with all later ones of
 * its key; everything else goes on.
 */
export class ChunkProcessor {
  private readonly positions: Positions;
  private readonly failures = new Map<string, number>();
  private readonly gaps = new Map<string, bigint>();
  private waiting: Waiting[] = [];
  private running = 0;
  /** Partitions of which a transaction is taking records. */
  private readonly busy = new Set<string>();

  constructor(
    private readonly store: ChunkStore,
    private readonly dispatcher: Dispatcher,
    private readonly events: ProcessorEvents,
    private readonly chance: () => number = Math.random,
  ) {
    this.positions = new Positions(store);
  }

  /** The stored positions of these partitions; null where the group never read. */
  assigned(partitions: readonly Partition[]): Promise<(bigint | null)[]> {
    return this.positions.assigned(partitions);
  }

  /** Takes a chunk, or says where to read instead, or asks to come again later. Never throws. */
  async process(chunk: Chunk): Promise<Outcome> {
    const name = nameOf(chunk);
    const first = chunk.records[0]!.offset;
    const position = (isOff('position') ? undefined : this.positions.read(chunk)) ?? first;
    const records = chunk.records.filter(({ offset }) => offset >= position);
    if (records.length === 0) return { kind: 'seek', next: position };
    if (records[0]!.offset > position && this.gaps.get(name) !== position) {
      // Read ahead of the stored position, or a gap that compaction left: ask once more to know which.
      this.gaps.set(name, position);
      return { kind: 'seek', next: position };
    }
    const reads = records.map((record) => this.read(record));
    const cut = pieceOf(chunk, reads, position);
    const piece = { ...cut, remaining: chunk.highWatermark - cut.next };
    try {
      if (piece.reads.every(({ kind }) => kind === 'skipped')) this.skip(piece);
      else await this.join(piece);
      this.failures.delete(name);
      this.gaps.delete(name);
      return { kind: 'done', next: piece.next };
    } catch (error) {
      return this.refused(chunk, error as Error);
    }
  }

  /** Stores the positions behind skipped records; without it they are only read again. */
  async settle(): Promise<void> {
    // Begun together, so that they share a transaction.
    const stored = this.positions.unstored().map((standing) =>
      this.join({ ...standing, reads: [] }).catch(async (error: Error) => {
        if (!(error instanceof PositionMoved)) throw error;
        await this.positions.reconsider(standing);
      }),
    );
    await together(...stored);
  }

  private skip({ partition, reads, next, remaining }: Piece): void {
    this.positions.advance({ partition, next, remaining });
    this.events.onDone(partition, { position: next, records: reads.length, fresh: [] });
  }

  private async refused(chunk: Chunk, error: Error): Promise<Outcome> {
    const name = nameOf(chunk);
    if (error instanceof PositionMoved) {
      try {
        const [stored] = await this.positions.assigned([chunk]);
        return { kind: 'seek', next: stored ?? chunk.records[0]!.offset };
      } catch (again) {
        error = again as Error;
      }
    }
    const attempt = (this.failures.get(name) ?? 0) + 1;
    this.failures.set(name, attempt);
    this.events.onRetry(chunk, error, attempt);
    const wait = backoff(attempt, 30_000) * (0.5 + this.chance() / 2);
    return { kind: 'later', next: this.positions.read(chunk) ?? chunk.records[0]!.offset, milliseconds: wait };
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

  /** Resolves when the piece is taken, with whatever else was waiting. */
  private join(piece: Piece): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ ...piece, done, failed });
      if (this.running === 0) void this.work();
    });
  }

  /** Takes what waits, one transaction after the other. Never rejects: each piece is told how it went. */
  private async work(): Promise<void> {
    this.running += 1;
    // What comes in the same turn comes along, instead of waiting for a transaction of the first piece alone.
    await Promise.resolve();
    for (let together = this.nextTogether(); together.length > 0; together = this.nextTogether()) {
      const partitions = together.map(({ partition }) => nameOf(partition));
      partitions.forEach((partition) => this.busy.add(partition));
      // Not for a few records: those do better to wait and go together.
      if (this.running < most && recordsIn(this.waiting) >= chunkLimits.records) void this.work();
      const error = await this.takeAll(together).then(
        () => null,
        (failure: Error) => failure,
      );
      if (error === null) together.forEach(({ done }) => done());
      else if (together.length === 1) together[0]!.failed(error);
      // One of them fails all: each has its own turn, so that it alone bears it.
      else for (const piece of together) await this.take(piece).then(piece.done, piece.failed);
      partitions.forEach((partition) => this.busy.delete(partition));
    }
    this.running -= 1;
  }

  private nextTogether(): Waiting[] {
    const partitions = new Set(this.busy);
    let records = 0;
    const chosen: Waiting[] = [];
    for (const piece of this.waiting) {
      records += piece.reads.length;
      if (chosen.length > 0 && records > chunkLimits.records) break;
      if (partitions.has(nameOf(piece.partition))) continue;
      partitions.add(nameOf(piece.partition));
      chosen.push(piece);
    }
    this.waiting = this.waiting.filter((piece) => !chosen.includes(piece));
    return chosen;
  }

  private takeAll(pieces: readonly Piece[]): Promise<void> {
    return pieces.length === 1 ? this.take(pieces[0]!) : this.takeTogether(pieces);
  }

  /** Takes the piece in one transaction; where that fails for good, in halves, down to the record to be parked. */
  private async take(piece: Piece): Promise<void> {
    const { partition, reads, from } = piece;
    try {
      await this.takeTogether([piece]);
    } catch (error) {
      if (error instanceof PositionMoved || isTransient(error) || reads.length === 0) throw error;
      if (reads.length > 1) {
        const middle = Math.ceil(reads.length / 2);
        const first = pieceOf(partition, reads.slice(0, middle), from);
        await this.take(first);
        await this.take(pieceOf(partition, reads.slice(middle), first.next));
        return;
      }
      const { record } = reads[0]!;
      const { name, message } = error as Error;
      const parked: Read = { kind: 'unreadable', record, reason: `${name}: ${message}` };
      await this.takeTogether([pieceOf(partition, [parked], from)]);
    }
  }

  private async takeTogether(wanted: readonly Piece[]): Promise<void> {
    // Meanwhile the position may have been stored together with records.
    const pieces = wanted.filter((piece) => piece.reads.length > 0 || this.positions.isBehind(piece));
    if (pieces.length === 0) return;
    const moves = this.positions.moves(pieces);
    const taken = await this.store.transaction(async (tx) => {
      const [, parked] = await together(this.positions.move(tx, moves), parkedOf(tx, pieces));
      const sorted = pieces.map((piece) => ({ piece, ...sort(piece, parked.get(piece.partition.topic)!) }));
      for (const { piece, aside } of sorted) await tx.park(piece.partition, aside);
      const events = await tx.fresh(sorted.flatMap(({ ready }) => ready));
      const tasks: Task[] = [];
      for (const event of events) tasks.push(...(await this.dispatcher.tasksFor(event)));
      await tx.run(tasks);
      await failpoint('chunk.before-commit');
      return { sorted, fresh: new Set(events) };
    });
    await failpoint('chunk.committed');
    this.positions.moved(pieces);
    for (const { piece, ready, aside } of taken.sorted) {
      const fresh = ready.filter((event) => taken.fresh.has(event));
      aside.forEach((record) => this.events.onParked(piece.partition, record));
      this.events.onDone(piece.partition, { position: piece.next, records: piece.reads.length, fresh });
    }
  }
}
