import { DomainError, TicketRouted, type CategoryPart, type FactOf, type TicketType } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';
import type { Category } from './domain/desk.ts';

/** Which categories to list; `after` is the slug of the last one seen. */
export type Listing = { q: string | null; type: TicketType | null; after: string | null; limit: number };

type CategoryRow = { body: CategoryPart; sequence: number };

const likeOf = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** The categories of a tenant by their slugs, with the cursor of the next page. */
export const listCategories = async (tx: Transaction, tenant: string, { q, type, after, limit }: Listing) => {
  const rows = await tx.query<CategoryRow>(
    `SELECT body, sequence FROM desk_part
     WHERE tenant_id = $1 AND kind = 'category' AND body IS NOT NULL
       AND ($2::text IS NULL OR body->>'name' ILIKE $2 OR id ILIKE $2)
       AND ($3::text IS NULL OR body->>'type' = $3) AND ($4::text IS NULL OR id COLLATE "C" > $4)
     ORDER BY id COLLATE "C" LIMIT $5`,
    [tenant, q === null ? null : likeOf(q), type, after, limit + 1],
  );
  const items = rows.slice(0, limit).map(({ body, sequence }): Category & { sequence: number } => {
    return { ...body, tier: body.tier ?? null, queue: body.queue ?? null, sequence };
  });
  return { items, next: rows.length > limit ? items.at(-1)!.category : null };
};

/** The edition of a category. Throws `category_absent`. */
export const readCategory = async (tx: Transaction, tenant: string, category: string) => {
  const [row] = await tx.query<{ sequence: number }>(
    `SELECT sequence FROM desk_part WHERE tenant_id = $1 AND kind = 'category' AND id = $2 AND body IS NOT NULL`,
    [tenant, category],
  );
  if (!row) throw new DomainError('category_absent', `There is no category ${category}.`, 'absent');
  return row;
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
