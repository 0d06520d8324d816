import type { Fact, Priority, Received, TicketType } from '@tierline/contracts';
import { UnitOfWork, type Change, type Store } from '@tierline/messaging';
import { together } from '@tierline/persistence';
import { surroundingsOf } from './desks.ts';
import { emptyDesk, type Surroundings } from './domain/desk.ts';
import { route, type Route, type RoutedTicket } from './domain/route.ts';
import type { TicketFacts } from './domain/rule.ts';

type RouteRow = {
  tenant_id: string;
  ticket_id: string;
  facts: TicketFacts;
  hop: number;
  priority: Priority | null;
  type: TicketType | null;
  waiting: boolean;
  to_tier: string | null;
  to_queue: string | null;
  number: number | null;
  opened_at: Date | null;
  sequence: number;
};

const ticketOf = ({
  facts,
  hop,
  priority,
  type,
  waiting,
  to_tier,
  to_queue,
  number,
  opened_at,
}: RouteRow): RoutedTicket => ({
  facts,
  hop,
  priority,
  type,
  number,
  openedAt: opened_at?.toISOString() ?? null,
  pending: waiting ? { toTier: to_tier, toQueue: to_queue } : null,
});

const nothingAround: Surroundings = { desk: emptyDesk, loads: new Map() };

type Saved = Change<Route> & { state: { ticket: RoutedTicket } };

const wasReceived = (fact: Fact): fact is Received => 'correlationId' in fact;

/** The event that asked for the pending route, so that a later decision still names its cause. */
const causeOf = ({ folded }: Saved) => {
  const cause = folded.map(({ fact }) => fact).findLast(wasReceived);
  return { waiting_since: cause?.time, cause_id: cause?.id, correlation_id: cause?.correlationId };
};

const rowOf = (change: Saved) => {
  const { tenant, id, sequence } = change;
  const { facts, hop, priority, type, pending, number, openedAt } = change.state.ticket;
  return {
    tenant_id: tenant,
    ticket_id: id,
    facts,
    hop,
    priority,
    type,
    number,
    opened_at: openedAt,
    sequence,
    ...(pending ? { to_tier: pending.toTier, to_queue: pending.toQueue, ...causeOf(change) } : {}),
  };
};

const routeStore: Store<Route> = {
  async load(tx, keys) {
    const read = tx.query<RouteRow>(
      `SELECT r.tenant_id, r.ticket_id, r.facts, r.hop, r.priority, r.type, r.waiting_since IS NOT NULL AS waiting,
         r.to_tier, r.to_queue, r.number::float8 AS number, r.opened_at, r.sequence
       FROM route r JOIN unnest($1::text[], $2::uuid[]) AS k(tenant_id, ticket_id) USING (tenant_id, ticket_id)
       ORDER BY r.ticket_id FOR UPDATE OF r`,
      [keys.map(({ tenant }) => tenant), keys.map(({ id }) => id)],
    );
    const [rows, around] = await together(read, surroundingsOf(tx, [...new Set(keys.map(({ tenant }) => tenant))]));
    const found = new Map(rows.map((row) => [`${row.tenant_id}/${row.ticket_id}`, row]));
    // A ticket that is not there yet is loaded too: its first decision needs the desk.
    return keys.map(({ tenant, id }) => {
      const row = found.get(`${tenant}/${id}`);
      const own = around.get(tenant) ?? nothingAround;
      return { tenant, id, state: { ...own, ticket: row ? ticketOf(row) : null }, sequence: row?.sequence ?? 0 };
    });
  },

  async save(tx, changes) {
    const saved = changes.filter((change): change is Saved => change.state.ticket !== null);
    tx.write(
      `INSERT INTO route (tenant_id, ticket_id, facts, hop, priority, type, waiting_since, to_tier, to_queue, cause_id,
         correlation_id, number, opened_at, sequence)
       SELECT tenant_id, ticket_id, facts, hop, priority, type, waiting_since, to_tier, to_queue, cause_id,
         correlation_id, number, opened_at, sequence
       FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, ticket_id uuid, facts jsonb, hop int, priority text,
         type text, waiting_since timestamptz, to_tier text, to_queue text, cause_id uuid, correlation_id text, number bigint,
         opened_at timestamptz, sequence int)
       ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET facts = CASE
           WHEN route.facts->>'category' IS DISTINCT FROM excluded.facts->>'category' THEN excluded.facts ELSE route.facts END,
         hop = excluded.hop, priority = excluded.priority,
         type = excluded.type, waiting_since = excluded.waiting_since, to_tier = excluded.to_tier,
         to_queue = excluded.to_queue, cause_id = excluded.cause_id, correlation_id = excluded.correlation_id,
         sequence = excluded.sequence`,
      [JSON.stringify(saved.map(rowOf))],
    );
  },
};

export const routes = new UnitOfWork(route, routeStore);
