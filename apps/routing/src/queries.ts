import { DomainError, TicketRouted, type FactOf, type TicketType } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import type { Category } from './domain/desk.ts';

/** Which categories to list; `after` is the slug of the last one seen. */
export type Listing = { q: string | null; type: TicketType | null; after: string | null; limit: number };

type CategoryRow = Category & { sequence: number };

const likeOf = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** The categories of a tenant by their slugs, with the cursor of the next page. */
export const listCategories = async (tx: Transaction, tenant: string, { q, type, after, limit }: Listing) => {
  const rows = await tx.query<CategoryRow>(
    `SELECT category, name, type, tier, queue, sequence FROM category
     WHERE tenant_id = $1 AND ($2::text IS NULL OR name ILIKE $2 OR category ILIKE $2)
       AND ($3::text IS NULL OR type = $3) AND ($4::text IS NULL OR category > $4 COLLATE "C")
     ORDER BY category COLLATE "C" LIMIT $5`,
    [tenant, q === null ? null : likeOf(q), type, after, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? items.at(-1)!.category : null };
};

type WaitingRow = { hop: number; waiting_since: Date | null; to_tier: string | null };
type HopRow = { time: Date; data: FactOf<typeof TicketRouted>['data'] };

const waitingOf = ({ hop, waiting_since, to_tier }: WaitingRow) =>
  waiting_since && {
    hop,
    since: waiting_since.toISOString(),
    why: to_tier === null ? 'no tier of the desk is known yet' : `tier ${to_tier} is not known yet`,
  };

/** All routes of a ticket, in the order in which they were decided, and the one that waits. Throws `ticket_absent`. */
export const readRoutes = async (tx: Transaction, tenant: string, id: string) => {
  const [ticket] = await tx.query<WaitingRow>(
    'SELECT hop, waiting_since, to_tier FROM route WHERE tenant_id = $1 AND ticket_id = $2',
    [tenant, id],
  );
  if (!ticket) throw new DomainError('ticket_absent', 'Routing knows no ticket with this id.', 'absent');
  // The journal keeps every route with its explanation; a copy of such long rows would double what routing writes.
  const hops = await tx.query<HopRow>(
    `SELECT time, data FROM journal
     WHERE tenant_id = $1 AND topic = $2 AND aggregate_id = $3 AND type = $4 ORDER BY agg_seq`,
    [tenant, TicketRouted.topic, id, TicketRouted.type],
  );
  const routes = hops.map(({ time, data }) => ({ at: time.toISOString(), ...data }));
  return { id, routes, waiting: waitingOf(ticket) };
};

/** How many tickets wait for their desk to become known, over all tenants. */
export const countWaiting = async (database: Database) => {
  const [row] = await database.query<{ n: string }>('SELECT count(*) AS n FROM route WHERE waiting_since IS NOT NULL');
  return [{ value: Number(row?.n ?? 0) }];
};
