import { DomainError } from '@tierline/contracts';
import type { Database } from '@tierline/persistence';
import type { Dispatcher } from './dispatch.ts';
import { parkedKeys, replayParked } from './parking.ts';

/** A key whose records are set aside in a service, and why. */
export type ParkedKey = {
  topic: string;
  key: string;
  tenant: string | null;
  /** How many records wait, the first one included. */
  records: number;
  reason: string;
  type: string | null;
  parkedAt: string;
};

/** One record that is set aside, as it came. */
export type ParkedMessage = {
  partition: number;
  offset: string;
  type: string | null;
  reason: string;
  headers: Record<string, string>;
  value: string | null;
  parkedAt: string;
};

export type ParkedPlace = { topic: string; key: string };

/** Whose parked records somebody may see: one tenant's, or (operators) everybody's. */
export type Sight = { tenant: string | null };

const absent = ({ topic, key }: ParkedPlace) =>
  new DomainError('parked_absent', `No record of ${key} is parked here for ${topic}.`, 'absent');

/** The records that a service has set aside: to look at, to give again, to discard with a reason. */
export class Parked {
  constructor(
    private readonly database: Database,
    private readonly group: string,
    private readonly dispatcher: Dispatcher,
  ) {}

  /** The parked keys, oldest first, at most 500. */
  list({ tenant }: Sight): Promise<ParkedKey[]> {
    return this.database.query<ParkedKey>(
      `SELECT k.topic, k.key, first.tenant_id AS tenant, waiting.n AS records, first.reason, first.type,
              k.parked_at AS "parkedAt"
       FROM parked_key k
       CROSS JOIN LATERAL (SELECT tenant_id, reason, type FROM parked_message m
         WHERE m.consumer_group = k.consumer_group AND m.topic = k.topic AND m.key = k.key
         ORDER BY record_offset LIMIT 1) first
       CROSS JOIN LATERAL (SELECT count(*)::int AS n FROM parked_message m
         WHERE m.consumer_group = k.consumer_group AND m.topic = k.topic AND m.key = k.key) waiting
       WHERE k.consumer_group = $1 AND ($2::text IS NULL OR first.tenant_id = $2)
       ORDER BY k.parked_at, k.key LIMIT 500`,
      [this.group, tenant],
    );
  }

  /** The records of one key in their order, at most 500. Throws `parked_absent`. */
  async show({ topic, key }: ParkedPlace, { tenant }: Sight): Promise<ParkedMessage[]> {
    const rows = await this.database.query<Omit<ParkedMessage, 'value'> & { value: Buffer | null }>(
      `SELECT partition, record_offset::text AS "offset", type, reason, headers, value, parked_at AS "parkedAt"
       FROM parked_message
       WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND ($4::text IS NULL OR tenant_id = $4)
       ORDER BY record_offset LIMIT 500`,
      [this.group, topic, key, tenant],
    );
    if (rows.length === 0) throw absent({ topic, key });
    return rows.map((row) => ({ ...row, value: row.value?.toString('utf8') ?? null }));
  }

  /** Gives the records of the key to the service again, in order. Throws what the first failing one throws. */
  async replay(place: ParkedPlace, sight: Sight): Promise<{ replayed: number }> {
    await this.show(place, sight);
    return { replayed: await replayParked(this.database, this.dispatcher, { group: this.group, ...place }) };
  }

  /** Takes the first record of the key out of the way for good, and notes who did it and why; frees a key with no other. */
  async discard(
    place: ParkedPlace,
    sight: Sight,
    by: { actor: string; reason: string },
  ): Promise<{ discarded: string }> {
    await this.show(place, sight);
    const key = [this.group, place.topic, place.key];
    return this.database.inBackground(async (tx) => {
      await parkedKeys(tx, this.group, place.topic, [place.key]);
      const [gone] = await tx.query<{ offset: string }>(
        `WITH gone AS (
           DELETE FROM parked_message m USING (
             SELECT partition, record_offset FROM parked_message
             WHERE consumer_group = $1 AND topic = $2 AND key = $3 ORDER BY record_offset LIMIT 1) first
           WHERE m.consumer_group = $1 AND m.topic = $2 AND m.partition = first.partition
             AND m.record_offset = first.record_offset
           RETURNING m.*
         )
         INSERT INTO parked_discard (consumer_group, topic, partition, record_offset, key, tenant_id, type, headers, value,
           parked_reason, discarded_by, discard_reason)
         SELECT consumer_group, topic, partition, record_offset, key, tenant_id, type, headers, value, reason, $4, $5
         FROM gone RETURNING record_offset::text AS "offset"`,
        [...key, by.actor, by.reason],
      );
      if (!gone) throw absent(place);
      await tx.query(
        `DELETE FROM parked_key k WHERE consumer_group = $1 AND topic = $2 AND key = $3
           AND NOT EXISTS (SELECT 1 FROM parked_message m WHERE m.consumer_group = k.consumer_group
             AND m.topic = k.topic AND m.key = k.key)`,
        key,
      );
      return { discarded: gone.offset };
    });
  }
}
