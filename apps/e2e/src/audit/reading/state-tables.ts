import type { Client } from 'pg';
import type { QueueRow, Rows, Standing, SubscriptionRow } from '../evidence.ts';
import type { Service } from '../names.ts';
import { allRows, streamRows } from './database.ts';
import type { OfTickets, Spill } from './spill.ts';

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const ofTicket = 'tenant_id AS tenant, ticket_id::text AS ticket';

const spillRows = async <K extends OfTickets>(client: Client, spill: Spill, kind: K, sql: string): Promise<void> => {
  for await (const row of streamRows<Rows[K][number]>(client, sql)) spill.ofTicket(kind, row);
};

type Named = readonly [table: string, id: string, sequence: string];

/** Tables that keep how far an aggregate has come, with the id that it has in the journal. */
const standings: Readonly<Record<Service, readonly Named[]>> = {
  intake: [
    ['request', 'id::text', 'sequence'],
    ['person', 'id', 'sequence'],
  ],
  routing: [
    ['route', 'ticket_id::text', 'sequence'],
    ['desk_part', `tenant_id || '/' || kind || '/' || id`, 'sequence'],
  ],
  'tier-queues': [
    ['ticket', 'id::text', 'sequence'],
    ['desk_part', `tenant_id || '/' || kind || '/' || id`, 'sequence'],
  ],
  notifications: [
    ['ticket', 'ticket_id::text', 'published'],
    ['subscription', 'id::text', 'published'],
  ],
  reporting: [],
};

const deskCopies: readonly Named[] = [['desk_copy', `tenant_id || '/' || kind || '/' || id`, 'sequence']];

const spillSequences = async (client: Client, spill: Spill, service: Service, kind: 'standings' | 'copies') => {
  for (const [table, id, sequence] of kind === 'copies' ? deskCopies : standings[service]) {
    const sql = `SELECT tenant_id AS tenant, ${id} AS aggregate, ${sequence} AS sequence FROM "${table}"`;
    for await (const row of streamRows<Omit<Standing, 'service' | 'table'>>(client, sql))
      spill.ofAggregate(kind, { service, table, ...row });
  }
};

type Spilling = Readonly<Partial<Record<OfTickets, string>>>;

/** What each service holds true about tickets. */
const states: Readonly<Record<Service, Spilling>> = {
  intake: {
    requests: `SELECT tenant_id AS tenant, id::text AS ticket, opened_by AS "openedBy", status, origin_id IS NOT NULL AS "isDerived", ${ms('opened_at')} AS "openedAt" FROM request`,
    messages: `SELECT ${ofTicket}, side || '/' || kind AS kind, count(*) AS count FROM message GROUP BY 1, 2, 3`,
  },
  routing: { routes: `SELECT ${ofTicket}, hop, ${ms('waiting_since')} AS "waitingSince" FROM route` },
  'tier-queues': {
    tickets: `SELECT tenant_id AS tenant, id::text AS ticket, state, queue, owner, ${ms('changed_at')} AS "changedAt" FROM ticket`,
    timers: `SELECT ${ofTicket}, kind, to_jsonb(timer)->>'clock' AS clock, ${ms('due')} AS due FROM timer`,
    entries: `SELECT ${ofTicket}, kind, count(*) AS count FROM entry GROUP BY 1, 2, 3`,
  },
  notifications: {
    correspondents: `SELECT ${ofTicket} FROM ticket`,
    // Staff is told person by person: a lane of that channel is a person's.
    deliveries: `SELECT ${ofTicket}, place::float8 AS place, event_id::text AS event, state, attempts,
       CASE channel WHEN 'staff' THEN 'staff/' || ticket_id ELSE stream END AS stream
     FROM delivery WHERE channel <> 'test'`,
  },
  reporting: {
    facts: `SELECT ${ofTicket}, state, owner, events, opened_at IS NOT NULL AS opened FROM ticket_fact`,
    history: `SELECT ${ofTicket}, number, event_id::text AS event FROM ticket_event`,
  },
};

/** Spills what a service holds true about tickets, and how far its own aggregates have come. */
export const spillState = async (client: Client, service: Service, spill: Spill): Promise<void> => {
  await spillSequences(client, spill, service, 'standings');
  if (service === 'routing') await spillSequences(client, spill, service, 'copies');
  for (const [kind, sql] of Object.entries(states[service])) await spillRows(client, spill, kind as OfTickets, sql);
};

/** The queues of the desks; only tier-queues has them. */
export const readQueues = (client: Client): Promise<QueueRow[]> =>
  allRows<QueueRow>(
    client,
    `SELECT q.tenant_id AS tenant, q.queue, (t.body->>'acceptanceMinutes')::int AS "acceptanceMinutes",
       coalesce(p.body ? 'calendar', false) AS "hasCalendar"
     FROM queue q
     LEFT JOIN desk_part p ON p.tenant_id = q.tenant_id AND p.kind = 'queue' AND p.id = q.queue
     LEFT JOIN desk_part t ON t.tenant_id = q.tenant_id AND t.kind = 'tier' AND t.id = q.tier`,
  );

/** The subscriptions to webhooks; only notifications has them. */
export const readSubscriptions = (client: Client): Promise<SubscriptionRow[]> =>
  allRows<SubscriptionRow>(
    client,
    `SELECT id::text AS id, tenant_id AS tenant, url, types, state, failures, ${ms('created_at')} AS "createdAt" FROM subscription`,
  );
