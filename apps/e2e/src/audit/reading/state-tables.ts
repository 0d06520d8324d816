import type { Client } from 'pg';
import type {
  CountRow,
  DeliveryRow,
  FactRow,
  HistoryRow,
  QueueRow,
  RequestRow,
  RouteRow,
  Standing,
  SubscriptionRow,
  TicketRow,
  TimerRow,
} from '../evidence.ts';
import type { Service } from '../names.ts';
import { allRows, streamRows } from './database.ts';
import type { Interner } from './interning.ts';

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;
const ofTicket = 'tenant_id AS tenant, ticket_id::text AS ticket';

const rowsOf = async <R extends { tenant: string }>(
  client: Client,
  { fields }: Interner,
  sql: string,
): Promise<R[]> => {
  const rows: R[] = [];
  for await (const row of streamRows<R>(client, sql)) {
    const known = row as R & Record<'ticket' | 'kind' | 'state' | 'event' | 'stream' | 'aggregate' | 'queue', string>;
    rows.push(fields(known, 'tenant', 'ticket', 'kind', 'state', 'event', 'stream', 'aggregate', 'queue'));
  }
  return rows;
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

const readSequences = async (client: Client, interner: Interner, service: Service, tables: readonly Named[]) => {
  const found: Standing[] = [];
  for (const [table, id, sequence] of tables) {
    const sql = `SELECT tenant_id AS tenant, ${id} AS aggregate, ${sequence} AS sequence FROM "${table}"`;
    for (const row of await rowsOf<Omit<Standing, 'service' | 'table'>>(client, interner, sql))
      found.push({ service, table, ...row });
  }
  return found;
};

const intake = async (client: Client, interner: Interner) => ({
  requests: await rowsOf<RequestRow>(
    client,
    interner,
    `SELECT tenant_id AS tenant, id::text AS ticket, opened_by AS "openedBy", status, origin_id IS NOT NULL AS "isDerived", ${ms('opened_at')} AS "openedAt" FROM request`,
  ),
  messages: await rowsOf<CountRow>(
    client,
    interner,
    `SELECT ${ofTicket}, side || '/' || kind AS kind, count(*) AS count FROM message GROUP BY 1, 2, 3`,
  ),
});

const routing = async (client: Client, interner: Interner) => ({
  routes: await rowsOf<RouteRow>(
    client,
    interner,
    `SELECT ${ofTicket}, hop, ${ms('waiting_since')} AS "waitingSince" FROM route`,
  ),
  copies: await readSequences(client, interner, 'routing', deskCopies),
});

const tierQueues = async (client: Client, interner: Interner) => ({
  tickets: await rowsOf<TicketRow>(
    client,
    interner,
    `SELECT tenant_id AS tenant, id::text AS ticket, state, queue, owner, ${ms('changed_at')} AS "changedAt" FROM ticket`,
  ),
  queues: await allRows<QueueRow>(
    client,
    `SELECT q.tenant_id AS tenant, q.queue, (t.body->>'acceptanceMinutes')::int AS "acceptanceMinutes",
       coalesce(p.body ? 'calendar', false) AS "hasCalendar"
     FROM queue q
     LEFT JOIN desk_part p ON p.tenant_id = q.tenant_id AND p.kind = 'queue' AND p.id = q.queue
     LEFT JOIN desk_part t ON t.tenant_id = q.tenant_id AND t.kind = 'tier' AND t.id = q.tier`,
  ),
  timers: await rowsOf<TimerRow>(
    client,
    interner,
    `SELECT ${ofTicket}, kind, to_jsonb(timer)->>'clock' AS clock, ${ms('due')} AS due FROM timer`,
  ),
  entries: await rowsOf<CountRow>(
    client,
    interner,
    `SELECT ${ofTicket}, kind, count(*) AS count FROM entry GROUP BY 1, 2, 3`,
  ),
});

const notifications = async (client: Client, interner: Interner) => ({
  correspondents: await rowsOf<{ tenant: string; ticket: string }>(client, interner, `SELECT ${ofTicket} FROM ticket`),
  deliveries: await rowsOf<DeliveryRow>(
    client,
    interner,
    // Staff is told person by person: a lane of that channel is a person's.
    `SELECT ${ofTicket}, place::float8 AS place, event_id::text AS event, state, attempts,
       CASE channel WHEN 'staff' THEN 'staff/' || ticket_id ELSE stream END AS stream
     FROM delivery WHERE channel <> 'test'`,
  ),
  subscriptions: await allRows<SubscriptionRow>(
    client,
    `SELECT id::text AS id, tenant_id AS tenant, url, types, state, failures, ${ms('created_at')} AS "createdAt" FROM subscription`,
  ),
});

const reporting = async (client: Client, interner: Interner) => ({
  facts: await rowsOf<FactRow>(
    client,
    interner,
    `SELECT ${ofTicket}, state, owner, events, opened_at IS NOT NULL AS opened FROM ticket_fact`,
  ),
  history: await rowsOf<HistoryRow>(
    client,
    interner,
    `SELECT ${ofTicket}, number, event_id::text AS event FROM ticket_event`,
  ),
});

/** How far each service's own aggregates have come. */
export const readStandings = (client: Client, service: Service, interner: Interner): Promise<Standing[]> =>
  readSequences(client, interner, service, standings[service]);

/** What each service holds true about tickets. */
export const readState = { intake, routing, 'tier-queues': tierQueues, notifications, reporting };
