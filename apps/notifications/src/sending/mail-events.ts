import {
  NotificationFailed,
  NotificationSent,
  StaffMailKind,
  StaffNotificationFailed,
  StaffNotified,
  kindOfEvent,
  type Fact,
} from '@tierline/contracts';
import type { Entry, Origin } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { Claimed } from './claims.ts';
import type { Settled } from './settle.ts';

type Cause = Pick<Claimed, 'tenant' | 'correlationId' | 'eventId'>;

/** Where an event of this service comes from: the event that a delivery tells of. */
export const originOf = ({ tenant, correlationId, eventId }: Cause): Origin => ({
  tenant,
  actor: 'system:notifications',
  correlationId,
  causationId: eventId,
  traceparent: null,
});

/** An event that is to be published about a ticket. */
type Telling = { readonly origin: Origin; readonly ticketId: string; readonly fact: Fact };

const ofRequester = ({ claimed, verdict }: Settled): Telling[] => {
  const { id: deliveryId, ticketId, template, personId, attempts } = claimed;
  if (!template || !personId || verdict.state === 'waiting') return [];
  const mail = { deliveryId, template, personId, attempts: attempts + 1 };
  const fact =
    verdict.state === 'sent' ? NotificationSent(mail) : NotificationFailed({ ...mail, reason: verdict.reason });
  return [{ origin: originOf(claimed), ticketId, fact }];
};

/** One for each event of which the mail tells: it may be about several tickets. */
const ofStaff = ({ claimed, verdict }: Settled): Telling[] => {
  const { tenant, personId } = claimed;
  if (!personId || verdict.state === 'waiting') return [];
  return [{ ...claimed, body: claimed.body ?? '{}' }, ...claimed.along].flatMap((one) => {
    const { ticketId } = JSON.parse(one.body) as { ticketId?: string };
    const kind = StaffMailKind.safeParse(kindOfEvent(one.eventType));
    if (ticketId === undefined || !kind.success) return [];
    const mail = { deliveryId: one.id, personId, kind: kind.data, attempts: one.attempts + 1 };
    const fact =
      verdict.state === 'sent' ? StaffNotified(mail) : StaffNotificationFailed({ ...mail, reason: verdict.reason });
    return [{ origin: originOf({ ...one, tenant }), ticketId, fact }];
  });
};

/** Takes so many places among the events of each ticket; gives the last one of each. */
const takePlaces = async (tx: Transaction, told: readonly Telling[]): Promise<Map<string, number>> => {
  // In one order everywhere, since mails to several people may tell of the same tickets.
  const rows = await tx.query<{ ticket_id: string; published: number }>(
    `WITH wanted AS (
       SELECT tenant_id, ticket_id, count(*)::int AS places FROM unnest($1::text[], $2::uuid[]) AS w(tenant_id, ticket_id)
       GROUP BY 1, 2
     ), locked AS (
       SELECT tenant_id, ticket_id, places FROM ticket JOIN wanted USING (tenant_id, ticket_id)
       ORDER BY tenant_id, ticket_id FOR NO KEY UPDATE OF ticket
     )
     UPDATE ticket t SET published = published + places FROM locked l
     WHERE t.tenant_id = l.tenant_id AND t.ticket_id = l.ticket_id RETURNING t.ticket_id, t.published`,
    [told.map(({ origin }) => origin.tenant), told.map(({ ticketId }) => ticketId)],
  );
  return new Map(rows.map(({ ticket_id, published }) => [ticket_id, published]));
};

/** The events about mails that were sent or given up. */
export const mailEntries = async (tx: Transaction, settled: readonly Settled[]): Promise<Entry[]> => {
  const told = settled.flatMap((one) => (one.claimed.channel === 'staff' ? ofStaff(one) : ofRequester(one)));
  if (told.length === 0) return [];
  const last = await takePlaces(tx, told);
  const counts = new Map<string, number>();
  for (const { ticketId } of told) counts.set(ticketId, (counts.get(ticketId) ?? 0) + 1);
  return told.map(({ origin, ticketId, fact }) => {
    const left = counts.get(ticketId)! - 1;
    counts.set(ticketId, left);
    return { ...origin, subject: ticketId, sequence: last.get(ticketId)! - left, fact };
  });
};
