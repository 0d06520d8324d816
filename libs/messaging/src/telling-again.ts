import type { TopicName } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { shards } from './journal.ts';

/**
 * SQL condition: the log has all events of the key that it is going to get. Those of a key that it refuses wait for
 * somebody's decision, and one that was left out for good stays out. `topic` and `key` are SQL expressions.
 */
export const wasGivenToLog = (topic: string, key: string): string => `NOT EXISTS (
    SELECT FROM journal j WHERE j.topic = ${topic} AND j.aggregate_id = ${key} AND (
      EXISTS (SELECT FROM outbox o WHERE o.shard = j.shard AND o.seq = j.seq)
      OR EXISTS (SELECT FROM unsent_discard d WHERE d.seq = j.seq)
    )
  ) AND NOT EXISTS (SELECT FROM unsent_key u WHERE u.topic = ${topic} AND u.key = ${key})`;

/** SQL condition: some event has waited for the log for more than so many seconds. */
export const outboxIsLate = (seconds: number): string => `EXISTS (
    SELECT FROM generate_series(0, ${shards - 1}) AS s(shard) CROSS JOIN LATERAL (
      SELECT seq FROM outbox o WHERE o.shard = s.shard ORDER BY seq LIMIT 1
    ) AS oldest JOIN journal USING (seq) WHERE time < now() - interval '${seconds} s'
  )`;

/**
 * Has the log told all events of these keys again, in their order and with their ids, so that whoever took one drops it.
 * Events older than inboxes remember would take effect twice: the caller asks for none of those. The rows lie below what
 * relays have read: another epoch of their shards tells whoever drains them to look from the beginning.
 */
export const tellAgain = async (tx: Transaction, topic: TopicName, keys: readonly string[]): Promise<void> => {
  await tx.query(
    `WITH again AS (
       INSERT INTO outbox (seq, shard, tenant_id)
       SELECT seq, shard, tenant_id FROM journal WHERE topic = $1 AND aggregate_id = ANY($2::text[])
       ON CONFLICT DO NOTHING RETURNING shard
     )
     UPDATE relay_lease l SET epoch = epoch + 1 FROM (SELECT DISTINCT shard FROM again) a WHERE l.shard = a.shard`,
    [topic, keys],
  );
};
