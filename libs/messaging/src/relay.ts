import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type Actor, type TopicName } from '@tierline/contracts';
import type { Database } from '@tierline/persistence';
import { headersOf } from './envelope.ts';
import type { EventLog, OutgoingRecord, Producer } from './event-log.ts';
import { failpoint, isOff } from './failpoints.ts';

export type RelayEvents = {
  onSent(rows: number, oldestMilliseconds: number): void;
  onFailure(error: Error, attempt: number): void;
};

type Row = {
  seq: string;
  shard: number;
  tenant_id: string;
  event_id: string;
  topic: TopicName;
  aggregate_id: string;
  agg_seq: number;
  type: string;
  source: string;
  time: Date;
  actor: Actor;
  correlation_id: string;
  causation_id: string | null;
  traceparent: string | null;
  data: string;
};

/** A lease: this process alone drains the shard until it expires by the database's clock. */
type Lease = { shard: number; epoch: string };

const leaseSeconds = 10;
const limits = { windowRows: 4_000, windowBytes: 16_000_000, batchRows: 1_000, batchBytes: 900_000 };
const idle = { shortest: 5, longest: 200 };

const recordOf = (row: Row, prefix: string, lease: string): OutgoingRecord => ({
  topic: `${prefix}.${topics[row.topic].name}`,
  key: row.aggregate_id,
  value: row.data,
  headers: {
    ...headersOf(
      {
        id: row.event_id,
        type: row.type,
        source: row.source,
        subject: row.aggregate_id,
        time: row.time.toISOString(),
        tenant: row.tenant_id,
        sequence: row.agg_seq,
        actor: row.actor,
        correlationId: row.correlation_id,
        causationId: row.causation_id,
        traceparent: row.traceparent,
      },
      row.aggregate_id,
    ),
    'tierline-lease': lease,
  },
});

/** Cuts rows into batches that fit in one request each; a batch has at least one row. */
const batchesOf = function* (rows: readonly Row[]): Generator<readonly Row[]> {
  let batch: Row[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = Buffer.byteLength(row.data) + 600;
    if (batch.length > 0 && (batch.length >= limits.batchRows || bytes + size > limits.batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
};

/**
 * Moves events from the outbox to the log: in order per key, at least once.
 * Each shard has one drainer, held by a lease; rows are deleted after the log has them, if the lease still holds.
 */
export class Relay {
  private readonly owner = randomUUID();
  private leases: readonly Lease[] = [];
  private renewedAt = 0;
  private running: Promise<void> | undefined;
  private stopping = false;
  private wake: (() => void) | undefined;
  private nudged = false;
  /** Below it no row of the outbox can appear any more; see `lowWater`. */
  private floor = 0n;
  private raisedAt = 0;
  private candidate: { seq: bigint; horizon: bigint } | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly prefix: string,
    private readonly events: RelayEvents,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Says that a transaction just committed events, so that they go out at once. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** Finishes the batch in flight and gives the leases back. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let producer: Producer | undefined;
    let attempt = 0;
    let pause = idle.shortest;
    while (!this.stopping) {
      try {
        producer ??= await this.log.producer();
        await this.renew();
        const moved = this.leases.length > 0 ? await this.drain(producer) : 0;
        attempt = 0;
        pause = moved > 0 ? 0 : Math.min(idle.longest, Math.max(idle.shortest, pause * 2));
      } catch (error) {
        attempt += 1;
        this.events.onFailure(error as Error, attempt);
        pause = Math.min(5_000, 100 * 2 ** Math.min(attempt, 6));
        this.renewedAt = 0;
      }
      if (pause > 0) await this.rest(pause, attempt > 0);
    }
    await this.giveBack();
    await producer?.close();
  }

  private async rest(milliseconds: number, deaf: boolean): Promise<void> {
    if (this.nudged && !deaf) {
      this.nudged = false;
      return;
    }
    const woken = new AbortController();
    this.wake = () => {
      if (!deaf || this.stopping) woken.abort();
    };
    if (this.stopping) return;
    await sleep(milliseconds, undefined, { signal: woken.signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    });
    this.wake = undefined;
    this.nudged = false;
  }

  /** Prolongs own leases and takes expired ones, three times per lease. */
  private async renew(): Promise<void> {
    const now = performance.now();
    if (now - this.renewedAt < (leaseSeconds * 1_000) / 3) return;
    if (isOff('lease-epoch')) {
      this.leases = await this.database.query<Lease>('SELECT shard, epoch FROM relay_lease');
      this.renewedAt = now;
      return;
    }
    this.leases = await this.database.query<Lease>(
      `UPDATE relay_lease l
       SET owner = $1, expires_at = clock_timestamp() + make_interval(secs => $2),
           epoch = CASE WHEN l.owner = $1 AND l.expires_at > clock_timestamp() THEN l.epoch ELSE l.epoch + 1 END
       FROM (SELECT shard FROM relay_lease WHERE owner = $1 OR expires_at < clock_timestamp()
             ORDER BY shard FOR UPDATE SKIP LOCKED) mine
       WHERE l.shard = mine.shard
       RETURNING l.shard, l.epoch`,
      [this.owner, leaseSeconds],
    );
    this.renewedAt = now;
  }

  private async giveBack(): Promise<void> {
    try {
      await this.database.query(`UPDATE relay_lease SET expires_at = '-infinity' WHERE owner = $1`, [this.owner]);
    } catch (error) {
      // The leases expire by themselves.
      this.events.onFailure(error as Error, 0);
    }
  }

  private async drain(producer: Producer): Promise<number> {
    const rows = await this.read();
    if (rows.length > 0 && isOff('delete-after-ack')) await this.remove(rows);
    if (rows.length > 0) await failpoint('relay.read', { rows: rows.length });
    if (rows.length === 0) {
      await this.raiseFloor();
      return 0;
    }
    const removals: Promise<Error | null>[] = [];
    for (const batch of batchesOf(rows)) {
      if (this.stopping || this.isLeaseOver()) break;
      await producer.append(batch.map((row) => recordOf(row, this.prefix, this.leaseOf(row))));
      await failpoint('relay.appended', { rows: batch.length });
      // Not awaited here: the next batch goes out meanwhile. What a failed removal leaves is sent again, as duplicates.
      removals.push(
        this.remove(batch).then(
          () => null,
          (error: Error) => error,
        ),
      );
      this.events.onSent(batch.length, Date.now() - batch[0]!.time.getTime());
    }
    const failure = (await Promise.all(removals)).find((error) => error !== null);
    if (failure) throw failure;
    await failpoint('relay.deleted', { rows: rows.length });
    return rows.length;
  }

  /**
   * True when the leases may have run out, by a clock that goes on while the process is frozen: whoever wakes up
   * renews before it sends. What was under way when it froze still goes out; subscribers drop it as a duplicate.
   */
  private isLeaseOver(): boolean {
    return performance.now() - this.renewedAt > leaseSeconds * 1_000 && !isOff('lease-epoch');
  }

  /** Who sends: what makes it visible in the log that one relay at a time drains a shard. */
  private leaseOf({ shard }: Row): string {
    return `${shard}/${this.leases.find((lease) => lease.shard === shard)?.epoch}/${this.owner}`;
  }

  private read(): Promise<Row[]> {
    return this.database.query<Row>(
      `SELECT seq, shard, tenant_id, event_id, topic, aggregate_id, agg_seq, type, source, time, actor, correlation_id,
              causation_id, traceparent, data::text AS data
       FROM (
         SELECT j.*, sum(pg_column_size(j.data)) OVER (ORDER BY j.seq) - pg_column_size(j.data) AS bytes_before
         FROM (
           SELECT due.seq
           FROM unnest($1::smallint[]) AS held(shard)
           CROSS JOIN LATERAL (
             SELECT seq FROM outbox WHERE outbox.shard = held.shard AND seq > $2 ORDER BY seq LIMIT $3
           ) due
           ORDER BY due.seq LIMIT $4
         ) o
         JOIN journal j USING (seq)
       ) event
       WHERE bytes_before < $5
       ORDER BY seq`,
      [
        this.leases.map(({ shard }) => shard),
        this.floor.toString(),
        Math.ceil((2 * limits.windowRows) / this.leases.length),
        limits.windowRows,
        limits.windowBytes,
      ],
    );
  }

  /**
   * Raises the mark below which dead rows need not be scanned. Ids commit out of order, so the mark may only pass
   * an id when every transaction that could hold a lower one has ended: note the newest id with the transaction
   * horizon, and once the oldest running transaction is past that horizon and nothing is left, the id is safe.
   */
  private async raiseFloor(): Promise<void> {
    const now = performance.now();
    if (now - this.raisedAt < 1_000) return;
    this.raisedAt = now;
    const [at] = await this.database.query<{ oldest: string; horizon: string; newest: string; rest: boolean }>(
      `SELECT pg_snapshot_xmin(s) AS oldest, pg_snapshot_xmax(s) AS horizon,
              (SELECT coalesce(max(seq), 0) FROM journal) AS newest,
              EXISTS (SELECT 1 FROM outbox WHERE seq > $1) AS rest
       FROM pg_current_snapshot() s`,
      [this.floor.toString()],
    );
    if (!at) return;
    if (this.candidate && BigInt(at.oldest) >= this.candidate.horizon && !at.rest) this.floor = this.candidate.seq;
    if (!this.candidate || this.floor === this.candidate.seq) {
      const newest = BigInt(at.newest);
      this.candidate = newest > this.floor ? { seq: newest, horizon: BigInt(at.horizon) } : undefined;
    }
  }

  private async remove(rows: readonly Row[]): Promise<void> {
    await this.database.query(
      `DELETE FROM outbox o USING unnest($1::smallint[], $2::bigint[]) AS sent(shard, seq), relay_lease l,
         unnest($4::smallint[], $5::bigint[]) AS held(shard, epoch)
       WHERE o.shard = sent.shard AND o.seq = sent.seq AND l.shard = o.shard AND held.shard = l.shard
         AND (l.owner = $3 AND held.epoch = l.epoch OR $6)`,
      [
        rows.map(({ shard }) => shard),
        rows.map(({ seq }) => seq),
        this.owner,
        this.leases.map(({ shard }) => shard),
        this.leases.map(({ epoch }) => epoch),
        isOff('lease-epoch'),
      ],
    );
  }
}
