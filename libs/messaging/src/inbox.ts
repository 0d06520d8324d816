import type { Received } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import { isOff } from './failpoints.ts';

/** Days an inbox row is kept: the topics' retention of 30 days and a week. */
export const inboxDays = 37;

/** Notes the events as taken; gives those that were not taken before, in the order given. */
export const freshOf = async (
  tx: Transaction,
  group: string,
  received: readonly Received[],
): Promise<readonly Received[]> => {
  if (received.length === 0) return [];
  const byId = new Map(received.map((event) => [event.id, event]));
  const events = [...byId.values()];
  const inserted = await tx.query<{ event_id: string }>(
    `INSERT INTO inbox (day, event_id, consumer_group, tenant_id)
     SELECT (time AT TIME ZONE 'UTC')::date, id, $1, tenant
     FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS e(id, tenant, time)
     ON CONFLICT DO NOTHING RETURNING event_id`,
    [group, events.map(({ id }) => id), events.map(({ tenant }) => tenant), events.map(({ time }) => time)],
  );
  if (isOff('inbox')) return received;
  const fresh = new Set(inserted.map(({ event_id }) => event_id));
  return events.filter(({ id }) => fresh.has(id.toLowerCase()));
};

/** Makes the partitions of the next days and drops those past keeping; safe to call at any time, by many. */
export const keepInbox = (database: Database): Promise<void> =>
  database.inBackground(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(7305812)');
    await tx.query(`SELECT keep_inbox_days(current_date, current_date + 2, current_date - $1::int)`, [inboxDays]);
  });
