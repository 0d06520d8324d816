import type { Fact, Priority, Received, TicketType } from '@tierline/contracts';
import { UnitOfWork, type Change, type Store } from '@tierline/messaging';
import { desksChanged, desksOf } from './desk-copy.ts';
import { category, type Defined } from './domain/category.ts';
import { emptyDesk, type Category } from './domain/desk.ts';
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
  sequence: number;
};

const ticketOf = ({ facts, hop, priority, type, waiting, to_tier, to_queue }: RouteRow): RoutedTicket => ({
  facts,
  hop,
  priority,
  type,
  pending: waiting ? { toTier: to_tier, toQueue: to_queue } : null,
});

type Saved = Change<Route> & { state: { ticket: RoutedTicket } };

const wasReceived = (fact: Fact): fact is Received => 'correlationId' in fact;

/** The event that asked for the pending route, so that a later decision still names its cause. */
const causeOf = ({ folded }: Saved) => {
  const cause = folded.map(({ fact }) => fact).findLast(wasReceived);
  return { waiting_since: cause?.time, cause_id: cause?.id, correlation_id: cause?.correlationId };
};

const rowOf = (change: Saved) => {
  const { tenant, id, sequence } = change;
  const { facts, hop, priority, type, pending } = change.state.ticket;
  return {
    tenant_id: tenant,
    ticket_id: id,
    facts,
    hop,
    priority,
    type,
    sequence,
    ...(pending ? { to_tier: pending.toTier, to_queue: pending.toQueue, ...causeOf(change) } : {}),
  };
};

const routeStore: Store<Route> = {
  async load(tx, keys) {
    const rows = await tx.query<RouteRow>(
      `SELECT r.tenant_id, r.ticket_id, r.facts, r.hop, r.priority, r.type, r.waiting_since IS NOT NULL AS waiting,
         r.to_tier, r.to_queue, r.sequence
       FROM route r JOIN unnest($1::text[], $2::uuid[]) AS k(tenant_id, ticket_id) USING (tenant_id, ticket_id)
       ORDER BY r.ticket_id FOR UPDATE OF r`,
      [keys.map(({ tenant }) => tenant), keys.map(({ id }) => id)],
    );
    const found = new Map(rows.map((row) => [`${row.tenant_id}/${row.ticket_id}`, row]));
    const desks = await desksOf(tx, [...new Set(keys.map(({ tenant }) => tenant))]);
    // A ticket that is not there yet is loaded too: its first decision needs the desk.
    return keys.map(({ tenant, id }) => {
      const row = found.get(`${tenant}/${id}`);
      const desk = desks.get(tenant) ?? emptyDesk;
      return { tenant, id, state: { desk, ticket: row ? ticketOf(row) : null }, sequence: row?.sequence ?? 0 };
    });
  },

  async save(tx, changes) {
    const saved = changes.filter((change): change is Saved => change.state.ticket !== null);
    await tx.query(
      `INSERT INTO route (tenant_id, ticket_id, facts, hop, priority, type, waiting_since, to_tier, to_queue, cause_id,
         correlation_id, sequence)
       SELECT tenant_id, ticket_id, facts, hop, priority, type, waiting_since, to_tier, to_queue, cause_id,
         correlation_id, sequence
       FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, ticket_id uuid, facts jsonb, hop int, priority text,
         type text, waiting_since timestamptz, to_tier text, to_queue text, cause_id uuid, correlation_id text, sequence int)
       ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET hop = excluded.hop, priority = excluded.priority,
         type = excluded.type, waiting_since = excluded.waiting_since, to_tier = excluded.to_tier,
         to_queue = excluded.to_queue, cause_id = excluded.cause_id, correlation_id = excluded.correlation_id,
         sequence = excluded.sequence`,
      [JSON.stringify(saved.map(rowOf))],
    );
  },
};

export const routes = new UnitOfWork(route, routeStore);

/** The aggregate id of a category, as the key of the desk topic. */
export const categoryId = (tenant: string, slug: string): string => `${tenant}/category/${slug}`;
const slugOf = (tenant: string, id: string) => id.slice(categoryId(tenant, '').length);

type CategoryRow = Category & { tenant_id: string; sequence: number };

const categoryStore: Store<Defined> = {
  async load(tx, keys) {
    const rows = await tx.query<CategoryRow>(
      `SELECT c.tenant_id, c.category, c.name, c.type, c.tier, c.queue, c.sequence
       FROM category c JOIN unnest($1::text[], $2::text[]) AS k(tenant_id, category) USING (tenant_id, category)
       ORDER BY c.tenant_id, c.category FOR UPDATE OF c`,
      [keys.map(({ tenant }) => tenant), keys.map(({ tenant, id }) => slugOf(tenant, id))],
    );
    return rows.map(({ tenant_id, sequence, ...state }) => ({
      tenant: tenant_id,
      id: categoryId(tenant_id, state.category),
      state,
      sequence,
    }));
  },

  async save(tx, changes) {
    const rows = changes.map(({ tenant, state, sequence }) => ({ tenant_id: tenant, ...state, sequence }));
    await tx.query(
      `INSERT INTO category (tenant_id, category, name, type, tier, queue, sequence)
       SELECT tenant_id, category, name, type, tier, queue, sequence
       FROM jsonb_to_recordset($1::jsonb) AS c(tenant_id text, category text, name text, type text, tier text,
         queue text, sequence int)
       ORDER BY tenant_id, category
       ON CONFLICT (tenant_id, category) DO UPDATE SET name = excluded.name, type = excluded.type,
         tier = excluded.tier, queue = excluded.queue, sequence = excluded.sequence`,
      [JSON.stringify(rows)],
    );
    await desksChanged(
      tx,
      rows.map(({ tenant_id }) => tenant_id),
    );
  },
};

export const categories = new UnitOfWork(category, categoryStore);
