import { DomainError, type MailTemplate, type Received } from '@tierline/contracts';
import type { Batch } from '@tierline/messaging';
import { together, type Transaction } from '@tierline/persistence';
import { v5 as uuidv5 } from 'uuid';
import type { Channel } from './domain/delivery.ts';
import { cloudEventOf } from './cloud-event.ts';

/** What an event means here: facts to keep, a mail to write, webhooks to call. */
export type Noted = {
  readonly event: Received;
  readonly ticket?: { readonly number: number; readonly subject: string; readonly requesterId: string };
  readonly mail?: { readonly template: MailTemplate; readonly text: string | null };
};

export type KnownPerson = { tenant: string; personId: string; name: string; email: string | null };

/** A delivery that is to be made. */
export type NewDelivery = {
  id: string;
  tenant_id: string;
  channel: Channel;
  stream: string;
  subscription_id: string | null;
  template: MailTemplate | null;
  ticket_id: string;
  event_id: string;
  event_type: string;
  correlation_id: string;
  body: string | null;
  /** Who gets it, where that is not the ticket's requester. */
  person_id?: string;
  /** Not to go out before; at once unless said otherwise. The first of a lane decides. */
  due?: string;
};

/**
 * Events a little older than a subscription still go to it: the clocks of two databases differ,
 * and losing the first events would be worse than sending one too many.
 */
const tolerance = '1 minute';

/** The same delivery for the same event, however often the event comes. */
const deliveryId = (event: Received, stream: string): string => uuidv5(stream, event.id);

const deliveryOf = (event: Received, stream: string) => ({
  id: deliveryId(event, stream),
  tenant_id: event.tenant,
  stream,
  ticket_id: event.subject,
  event_id: event.id,
  event_type: event.type,
  correlation_id: event.correlationId,
});

const mailOf = (event: Received, { template, text }: NonNullable<Noted['mail']>): NewDelivery => ({
  ...deliveryOf(event, 'mail'),
  channel: 'mail',
  subscription_id: null,
  template,
  body: text,
});

const webhookOf = (event: Received, subscription: string): NewDelivery => ({
  ...deliveryOf(event, subscription),
  channel: 'webhook',
  subscription_id: subscription,
  template: null,
  body: JSON.stringify(cloudEventOf(event)),
});

const keepTickets = async (tx: Transaction, noted: readonly Noted[]): Promise<void> => {
  const opened = noted.flatMap(({ event, ticket }) =>
    ticket
      ? {
          tenant_id: event.tenant,
          ticket_id: event.subject,
          number: ticket.number,
          subject: ticket.subject,
          requester_id: ticket.requesterId,
        }
      : [],
  );
  if (opened.length === 0) return;
  await tx.query(
    `INSERT INTO ticket (tenant_id, ticket_id, number, subject, requester_id)
     SELECT * FROM jsonb_to_recordset($1::jsonb)
       AS t(tenant_id text, ticket_id uuid, number int, subject text, requester_id text)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(opened)],
  );
};

/** The subscriptions that want each event, in the order of the events. */
const webhooksFor = async (tx: Transaction, noted: readonly Noted[]): Promise<NewDelivery[]> => {
  const events = noted.map(({ event }) => event);
  // Locked, so that none of them is deleted before its deliveries are in.
  const rows = await tx.query<{ id: string; tenant_id: string; types: string[] | null; since: Date }>(
    `SELECT id, tenant_id, types, created_at - interval '${tolerance}' AS since FROM subscription
     WHERE tenant_id = ANY($1::text[]) ORDER BY id FOR KEY SHARE`,
    [[...new Set(events.map(({ tenant }) => tenant))]],
  );
  return events.flatMap((event) =>
    rows
      .filter(({ tenant_id, types, since }) => {
        const wanted = types === null || types.includes(event.type);
        return wanted && tenant_id === event.tenant && since.getTime() <= Date.parse(event.time);
      })
      .map(({ id }) => webhookOf(event, id)),
  );
};

/** Inserts deliveries that are not there yet, and opens the lanes they wait in. */
export const enqueue = async (tx: Transaction, deliveries: readonly NewDelivery[]): Promise<void> => {
  if (deliveries.length === 0) return;
  // The lane is touched even when it is there: whoever is about to close it has to wait, and then sees the delivery.
  await tx.query(
    `WITH entry AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(position int, id uuid, tenant_id text, channel text, stream text,
         subscription_id uuid, template text, ticket_id uuid, event_id uuid, event_type text, correlation_id text, body text,
         person_id text, due timestamptz)
     ), written AS (
       INSERT INTO delivery (id, tenant_id, channel, stream, subscription_id, template, ticket_id, event_id, event_type,
         correlation_id, body, person_id, created_at)
       SELECT id, tenant_id, channel, stream, subscription_id, template, ticket_id, event_id, event_type,
         correlation_id, body, person_id, $2::timestamptz
       FROM entry ORDER BY position
       ON CONFLICT (id) DO NOTHING RETURNING id, stream, ticket_id, tenant_id, subscription_id
     )
     INSERT INTO lane (stream, ticket_id, tenant_id, subscription_id, next_attempt_at)
     SELECT w.stream, w.ticket_id, w.tenant_id, w.subscription_id, coalesce(min(e.due), $2::timestamptz)
     FROM written w JOIN entry e USING (id) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
     ON CONFLICT (stream, ticket_id) DO UPDATE SET stream = EXCLUDED.stream`,
    [JSON.stringify(deliveries.map((delivery, position) => ({ position, ...delivery }))), tx.now],
  );
};

const refuseUnknownTickets = async (tx: Transaction, mails: readonly NewDelivery[]): Promise<void> => {
  if (mails.length === 0) return;
  const unknown = await tx.query<{ ticket_id: string }>(
    `SELECT m.ticket_id FROM unnest($1::text[], $2::uuid[]) AS m(tenant_id, ticket_id)
     WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.tenant_id = m.tenant_id AND t.ticket_id = m.ticket_id) LIMIT 1`,
    [mails.map(({ tenant_id }) => tenant_id), mails.map(({ ticket_id }) => ticket_id)],
  );
  if (unknown.length > 0)
    throw new DomainError(
      'ticket_unknown',
      `Ticket ${unknown[0]!.ticket_id} was never opened here: nobody to write to.`,
    );
};

/** Turns ticket events into facts and waiting deliveries; nothing is sent here. */
export const notedEvents: Batch<Noted> = {
  run: async (tx, noted) => {
    const mails = noted.flatMap(({ event, mail }) => (mail ? mailOf(event, mail) : []));
    const [, , webhooks] = await together(
      keepTickets(tx, noted),
      refuseUnknownTickets(tx, mails),
      webhooksFor(tx, noted),
    );
    await enqueue(tx, [...mails, ...webhooks]);
  },
};

/** Keeps the latest contact data and wakes the mails that waited for it. */
export const knownPeople: Batch<KnownPerson> = {
  run: async (tx, people) => {
    const latest = new Map(people.map((person) => [`${person.tenant} ${person.personId}`, person]));
    const rows = [...latest.values()].map(({ tenant, personId, name, email }) => ({
      tenant_id: tenant,
      person_id: personId,
      name,
      email,
    }));
    await tx.query(
      `WITH entry AS (
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS p(tenant_id text, person_id text, name text, email text)
       ), kept AS (
         INSERT INTO person (tenant_id, person_id, name, email)
         SELECT tenant_id, person_id, name, email FROM entry ORDER BY tenant_id, person_id
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email
       )
       UPDATE lane l SET next_attempt_at = $2::timestamptz, awaited_person = NULL
       FROM entry e WHERE l.tenant_id = e.tenant_id AND l.awaited_person = e.person_id`,
      [JSON.stringify(rows), tx.now],
    );
  },
};
