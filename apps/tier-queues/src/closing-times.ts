import type { DeskDifference } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { DeskChange } from './domain/desk-change.ts';
import { calendarOf } from './domain/promises.ts';
import { nextLook } from './domain/shifts.ts';

type Closing = { readonly queue: string; readonly closesAt: string };

/** Notes when these queues close. */
export const noteClosings = (tx: Transaction, tenant: string, closings: readonly Closing[]): Promise<unknown> =>
  tx.query(
    `INSERT INTO closing (tenant_id, queue, closes_at)
     SELECT $1, queue, "closesAt" FROM jsonb_to_recordset($2::jsonb) AS r(queue text, "closesAt" timestamptz)
     ORDER BY queue
     ON CONFLICT (tenant_id, queue) DO UPDATE SET closes_at = excluded.closes_at`,
    [tenant, JSON.stringify(closings)],
  );

/** The queues that hand over since this change, or to another one. */
const handingAnew = (differences: readonly DeskDifference[]): ReadonlySet<string> =>
  new Set(
    differences
      .filter(({ part, fields }) => part === 'queues' && fields.some(({ field, to }) => field === 'handsOverTo' && to))
      .map(({ id }) => id),
  );

/**
 * Notes anew when queues close, after a change of the desk: hours that were open and are closed now have ended now, and
 * so have those of a queue that is closed and hands over since this change.
 */
export const renewClosings = async (tx: Transaction, tenant: string, { after, differences }: DeskChange) => {
  const { queues, calendars } = after;
  const hours = new Map(calendars.map((calendar) => [calendar.calendar, calendarOf(calendar, 0)]));
  const handing = queues.filter(({ handsOverTo }) => handsOverTo !== undefined);
  await tx.query('DELETE FROM closing WHERE tenant_id = $1 AND queue <> ALL($2::text[])', [
    tenant,
    handing.map(({ queue }) => queue),
  ]);
  await tx.query('UPDATE closing SET closes_at = now() WHERE tenant_id = $1 AND closes_at > now()', [tenant]);
  const anew = handingAnew(differences);
  const closings = handing.flatMap(({ queue, calendar = '' }): Closing[] => {
    const own = hours.get(calendar);
    const closesAt = (own && nextLook(own, tx.now)) ?? (anew.has(queue) ? tx.now : null);
    return closesAt === null ? [] : [{ queue, closesAt }];
  });
  await noteClosings(tx, tenant, closings);
};

/** Has the ends of the shifts that run looked at anew, after agents or calendars changed. */
export const lookAtShifts = (tx: Transaction, tenant: string): Promise<unknown> =>
  tx.query('UPDATE shift SET ends_at = now() WHERE tenant_id = $1 AND ends_at > now()', [tenant]);
