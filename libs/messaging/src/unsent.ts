import { DomainError, topics, type TopicName } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import type { ParkedKey, ParkedMessage, ParkedPlace, Sight } from './parked.ts';

/** Why the log will not take a record as things stand. */
export type RefusalCode = 'unsendable' | 'unknown_topic' | 'topic_forbidden';

type Row = { readonly seq: string; readonly shard: number; readonly topic: TopicName; readonly aggregate_id: string };
type Lease = { readonly shard: number; readonly epoch: string };

/** A row that the log refused. */
export type Refused = { readonly row: Row; readonly code: RefusalCode; readonly reason: string };

type HeldKey = { readonly topic: string; readonly key: string; readonly seq: string };

/** Moves the rows of these keys from `seq` on out of the outbox; what is committed later follows by `holdBehind`. */
const setAside = (tx: Transaction, keys: readonly HeldKey[]) =>
  tx.query(
    `WITH gone AS (
       DELETE FROM outbox o USING journal j, unnest($1::text[], $2::text[], $3::bigint[]) AS k(topic, key, seq)
       WHERE j.topic = k.topic AND j.aggregate_id = k.key AND j.seq >= k.seq AND o.shard = j.shard AND o.seq = j.seq
       RETURNING o.seq, j.topic, j.aggregate_id
     )
     INSERT INTO unsent_event (seq, topic, key) SELECT seq, topic, aggregate_id FROM gone`,
    [keys.map(({ topic }) => topic), keys.map(({ key }) => key), keys.map(({ seq }) => seq)],
  );

/**
 * Sets the keys of refused rows aside, in shards whose lease still holds: another relay may have had more luck.
 * Gives the rows whose key is now held.
 */
export const hold = async (
  tx: Transaction,
  refused: readonly Refused[],
  { owner, leases }: { owner: string; leases: readonly Lease[] },
): Promise<readonly Refused[]> => {
  const ours = await tx.query<{ shard: number }>(
    `SELECT l.shard FROM relay_lease l JOIN unnest($2::smallint[], $3::bigint[]) AS held(shard, epoch)
       ON l.shard = held.shard AND l.epoch = held.epoch
     WHERE l.owner = $1 FOR SHARE OF l`,
    [owner, leases.map(({ shard }) => shard), leases.map(({ epoch }) => epoch)],
  );
  const shards = new Set(ours.map(({ shard }) => shard));
  const rows = refused.filter(({ row }) => shards.has(row.shard));
  if (rows.length === 0) return [];
  const held = await tx.query<HeldKey>(
    `INSERT INTO unsent_key (topic, key, shard, seq, code, reason)
     SELECT DISTINCT ON (topic, key) topic, key, shard, seq, code, reason
     FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[])
       AS r(topic, key, shard, seq, code, reason)
     ORDER BY topic, key, seq
     ON CONFLICT DO NOTHING RETURNING topic, key, seq`,
    [
      rows.map(({ row }) => row.topic),
      rows.map(({ row }) => row.aggregate_id),
      rows.map(({ row }) => row.shard),
      rows.map(({ row }) => row.seq),
      rows.map(({ code }) => code),
      rows.map(({ reason }) => reason.slice(0, 2_000)),
    ],
  );
  if (held.length > 0) await setAside(tx, held);
  return rows;
};

/** Sets rows aside whose key is set aside, unless it was given back meanwhile. */
export const holdBehind = async (tx: Transaction, rows: readonly Row[]): Promise<void> => {
  const keys = await tx.query<HeldKey>(
    `SELECT u.topic, u.key, u.seq FROM unsent_key u JOIN unnest($1::text[], $2::text[]) AS k(topic, key)
       ON u.topic = k.topic AND u.key = k.key ORDER BY u.topic, u.key FOR UPDATE OF u`,
    [rows.map(({ topic }) => topic), rows.map(({ aggregate_id }) => aggregate_id)],
  );
  if (keys.length > 0) await setAside(tx, keys);
};

/**
 * Gives the rows of a key back to the outbox. They lie below what relays have read: another epoch of their shard
 * tells whoever drains it, in whatever process, to look from the beginning.
 */
const giveBack = async (tx: Transaction, topic: string, key: string): Promise<number> => {
  const back = await tx.query(
    `WITH gone AS (DELETE FROM unsent_event WHERE topic = $1 AND key = $2 RETURNING seq)
     INSERT INTO outbox (seq, shard, tenant_id) SELECT seq, j.shard, j.tenant_id FROM gone JOIN journal j USING (seq)
     RETURNING 1`,
    [topic, key],
  );
  await tx.query(
    `WITH gone AS (DELETE FROM unsent_key WHERE topic = $1 AND key = $2 RETURNING shard)
     UPDATE relay_lease l SET epoch = epoch + 1 FROM gone WHERE l.shard = gone.shard`,
    [topic, key],
  );
  return back.length;
};

const absent = ({ topic, key }: ParkedPlace) =>
  new DomainError('parked_absent', `No event of ${key} is held back here from ${topic}.`, 'absent');

/**
 * Events that the log refuses, with all later ones of their keys: to look at, to send again once what was wrong is
 * mended, to leave out for good with a reason. The journal keeps them in any case.
 */
export class Unsent {
  constructor(
    private readonly database: Database,
    private readonly prefix: string,
  ) {}

  /** The keys that are held back, oldest first, at most 500. */
  async list({ tenant }: Sight): Promise<ParkedKey[]> {
    const keys = await this.database.query<ParkedKey & { topic: TopicName }>(
      `SELECT u.topic, u.key, first.tenant_id AS tenant, waiting.n AS records, u.code || ': ' || u.reason AS reason,
              first.type, u.since AS "parkedAt"
       FROM unsent_key u
       CROSS JOIN LATERAL (SELECT j.tenant_id, j.type FROM unsent_event e JOIN journal j USING (seq)
         WHERE e.topic = u.topic AND e.key = u.key ORDER BY e.seq LIMIT 1) first
       CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM unsent_event e
         WHERE e.topic = u.topic AND e.key = u.key) waiting
       WHERE $1::text IS NULL OR first.tenant_id = $1
       ORDER BY u.since, u.key LIMIT 500`,
      [tenant],
    );
    return keys.map((key) => ({ ...key, topic: this.nameOf(key.topic) }));
  }

  /** The events of one key in their order, at most 500. Throws `parked_absent`. */
  async show(place: ParkedPlace, { tenant }: Sight): Promise<ParkedMessage[]> {
    const rows = await this.database.query<ParkedMessage>(
      `SELECT 0 AS partition, e.seq::text AS "offset", j.type, u.code || ': ' || u.reason AS reason,
              jsonb_build_object('ce_id', j.event_id, 'ce_type', j.type, 'ce_source', j.source,
                'ce_subject', j.aggregate_id, 'ce_sequence', j.agg_seq::text, 'ce_tenant', j.tenant_id) AS headers,
              j.data::text AS value, u.since AS "parkedAt"
       FROM unsent_event e JOIN journal j USING (seq) JOIN unsent_key u ON u.topic = e.topic AND u.key = e.key
       WHERE e.topic = $1 AND e.key = $2 AND ($3::text IS NULL OR j.tenant_id = $3)
       ORDER BY e.seq LIMIT 500`,
      [this.topicOf(place), place.key, tenant],
    );
    if (rows.length === 0) throw absent(place);
    return rows;
  }

  /** Sends the events of the key again, in order: at the next round of whoever drains its shard. */
  async replay(place: ParkedPlace, sight: Sight): Promise<{ replayed: number }> {
    await this.show(place, sight);
    return this.database.inBackground(async (tx) => {
      await this.lock(tx, place);
      return { replayed: await giveBack(tx, this.topicOf(place), place.key) };
    });
  }

  /** Leaves the first event of the key out for good, and notes who said so and why; frees a key with no other. */
  async discard(
    place: ParkedPlace,
    sight: Sight,
    by: { actor: string; reason: string },
  ): Promise<{ discarded: string }> {
    await this.show(place, sight);
    return this.database.inBackground(async (tx) => {
      await this.lock(tx, place);
      const [gone] = await tx.query<{ seq: string; rest: number }>(
        `WITH gone AS (
           DELETE FROM unsent_event WHERE seq = (SELECT min(seq) FROM unsent_event WHERE topic = $1 AND key = $2)
           RETURNING seq, topic, key
         )
         INSERT INTO unsent_discard (seq, topic, key, tenant_id, type, event_id, refusal, discarded_by, discard_reason)
         SELECT gone.seq, j.topic, j.aggregate_id, j.tenant_id, j.type, j.event_id, u.code || ': ' || u.reason, $3, $4
         FROM gone JOIN journal j USING (seq) JOIN unsent_key u ON u.topic = gone.topic AND u.key = gone.key
         RETURNING seq, (SELECT count(*)::int FROM unsent_event WHERE topic = $1 AND key = $2) AS rest`,
        [this.topicOf(place), place.key, by.actor, by.reason],
      );
      // The count is of before the statement.
      if (gone!.rest <= 1) await giveBack(tx, this.topicOf(place), place.key);
      return { discarded: gone!.seq };
    });
  }

  /** Nobody else adds to the key or gives it back until the transaction ends. Lease before key, as the relay does. */
  private async lock(tx: Transaction, place: ParkedPlace): Promise<void> {
    await tx.query(
      `SELECT 1 FROM relay_lease WHERE shard = (SELECT shard FROM unsent_key WHERE topic = $1 AND key = $2) FOR UPDATE`,
      [this.topicOf(place), place.key],
    );
    const found = await tx.query(
      `SELECT 1 FROM unsent_key u WHERE topic = $1 AND key = $2
         AND EXISTS (SELECT 1 FROM unsent_event e WHERE e.topic = u.topic AND e.key = u.key) FOR UPDATE OF u`,
      [this.topicOf(place), place.key],
    );
    if (found.length === 0) throw absent(place);
  }

  private nameOf(topic: TopicName): string {
    return `${this.prefix}.${topics[topic].name}`;
  }

  private topicOf({ topic }: ParkedPlace): string {
    const names = Object.keys(topics) as TopicName[];
    return names.find((name) => this.nameOf(name) === topic) ?? '';
  }
}
