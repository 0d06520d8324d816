import type { Actor, TopicName } from '@tierline/contracts';
import type { Database } from '@tierline/persistence';
import { isOff } from './failpoints.ts';
import { hold, holdBehind, type Refused } from './unsent.ts';

/** An event that the log does not have yet. */
export type OutboxRow = {
  readonly seq: string;
  readonly shard: number;
  readonly tenant_id: string;
  readonly event_id: string;
  readonly topic: TopicName;
  readonly aggregate_id: string;
  readonly agg_seq: number;
  readonly type: string;
  readonly source: string;
  readonly time: Date;
  readonly actor: Actor;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly traceparent: string | null;
  readonly data: string;
  /** An earlier event of its key was refused by the log: it has to wait behind that one. */
  readonly held: boolean;
};

/**
 * One owner alone drains the shard until the lease runs out, by the database's clock. Another epoch means that what
 * was known of the shard's rows is no longer true: another owner was there, or rows came back.
 */
export type Lease = { readonly shard: number; readonly epoch: string };

export type Held = { readonly owner: string; readonly leases: readonly Lease[] };

/** Where transactions stand: `oldest` still runs, none at or above `horizon` had begun; `newest` is the newest event. */
export type Horizon = { oldest: string; horizon: string; newest: string; rest: boolean };

/** The rows that wait for the log, as the relay needs them. */
export type Outbox = {
  /** Prolongs the owner's leases and takes those that ran out. */
  renew(owner: string, seconds: number): Promise<readonly Lease[]>;
  giveBack(owner: string): Promise<void>;
  /**
   * The rows above `floor` of those of these shards whose lease is still what it was, by seq: of each shard all up to
   * some seq.
   */
  read(leases: readonly Lease[], floor: bigint): Promise<readonly OutboxRow[]>;
  /** Removes rows whose lease still holds; gives how many it removed. */
  remove(rows: readonly OutboxRow[], held: Held): Promise<number>;
  /** Sets the keys of refused rows aside, with all their rows, where the lease still holds; gives those. */
  hold(refused: readonly Refused[], held: Held): Promise<readonly Refused[]>;
  /** Sets rows aside whose key is set aside. */
  holdBehind(rows: readonly OutboxRow[]): Promise<void>;
  horizon(floor: bigint): Promise<Horizon | undefined>;
};

const limits = { rows: 4_000, bytes: 16_000_000 };

const renew = (database: Database, owner: string, seconds: number): Promise<Lease[]> => {
  if (isOff('lease-epoch')) return database.query<Lease>('SELECT shard, epoch FROM relay_lease');
  return database.query<Lease>(
    `UPDATE relay_lease l
     SET owner = $1, expires_at = clock_timestamp() + make_interval(secs => $2),
         epoch = CASE WHEN l.owner = $1 AND l.expires_at > clock_timestamp() THEN l.epoch ELSE l.epoch + 1 END
     FROM (SELECT shard FROM relay_lease WHERE owner = $1 OR expires_at < clock_timestamp()
           ORDER BY shard FOR UPDATE SKIP LOCKED) mine
     WHERE l.shard = mine.shard
     RETURNING l.shard, l.epoch`,
    [owner, seconds],
  );
};

// The lease is looked at together with the rows: rows that came back below the floor came with another epoch.
const read = (database: Database, leases: readonly Lease[], floor: bigint): Promise<OutboxRow[]> =>
  database.query<OutboxRow>(
    `SELECT seq, shard, tenant_id, event_id, topic, aggregate_id, agg_seq, type, source, time, actor,
            correlation_id, causation_id, traceparent, data::text AS data, 
            EXISTS (SELECT 1 FROM unsent_key u WHERE u.topic = event.topic AND u.key = aggregate_id AND u.seq <= event.seq)
              AS held
     FROM (
       SELECT j.*, sum(pg_column_size(j.data)) OVER (ORDER BY j.seq) - pg_column_size(j.data) AS bytes_before
       FROM (
         SELECT due.seq
         FROM unnest($1::smallint[], $6::bigint[]) AS held(shard, epoch)
         JOIN relay_lease l ON l.shard = held.shard AND (l.epoch = held.epoch OR $7)
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
      leases.map(({ shard }) => shard),
      floor.toString(),
      Math.ceil((2 * limits.rows) / leases.length),
      limits.rows,
      limits.bytes,
      leases.map(({ epoch }) => epoch),
      isOff('lease-epoch'),
    ],
  );

const remove = async (database: Database, rows: readonly OutboxRow[], { owner, leases }: Held): Promise<number> => {
  // By key: a plan made while the outbox was empty would read all that waits there for each row.
  const removed = await database.query(
    `WITH due AS MATERIALIZED (
       SELECT sent.shard, sent.seq FROM unnest($1::smallint[], $2::bigint[]) AS sent(shard, seq)
       JOIN relay_lease l USING (shard) JOIN unnest($4::smallint[], $5::bigint[]) AS held(shard, epoch) USING (shard)
       WHERE l.owner = $3 AND held.epoch = l.epoch OR $6
     )
     DELETE FROM outbox o USING due WHERE o.shard = due.shard AND o.seq = due.seq
     RETURNING 1`,
    [
      rows.map(({ shard }) => shard),
      rows.map(({ seq }) => seq),
      owner,
      leases.map(({ shard }) => shard),
      leases.map(({ epoch }) => epoch),
      isOff('lease-epoch'),
    ],
    'by key',
  );
  return removed.length;
};

/** The outbox in a service's database. */
export const outboxOf = (database: Database): Outbox => ({
  renew: (owner, seconds) => renew(database, owner, seconds),
  giveBack: async (owner) => {
    await database.query(`UPDATE relay_lease SET expires_at = '-infinity' WHERE owner = $1`, [owner]);
  },
  read: (leases, floor) => read(database, leases, floor),
  remove: (rows, held) => remove(database, rows, held),
  hold: (refused, held) => database.inBackground((tx) => hold(tx, refused, held)),
  holdBehind: (rows) => database.inBackground((tx) => holdBehind(tx, rows)),
  horizon: async (floor) => {
    const [at] = await database.query<Horizon>(
      `SELECT pg_snapshot_xmin(s) AS oldest, pg_snapshot_xmax(s) AS horizon,
              (SELECT coalesce(max(seq), 0) FROM journal) AS newest,
              EXISTS (SELECT 1 FROM outbox WHERE seq > $1) AS rest
       FROM pg_current_snapshot() s`,
      [floor.toString()],
    );
    return at;
  },
});
