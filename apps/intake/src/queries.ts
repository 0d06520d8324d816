import type { Database, Transaction } from '@tierline/persistence';
import { concerns, referenceOf, ticketAbsent, type Asker } from './domain/asking.ts';
import type { Status } from './domain/request.ts';

/** Which of one's own tickets to list; `after` is the number of the last one seen. */
export type Listing = {
  statuses: readonly Status[] | null;
  q: string | null;
  after: number | null;
  limit: number;
};

type ListRow = {
  id: string;
  number: string;
  subject: string;
  status: Status;
  tier_rank: number | null;
  category: string | null;
  channel: string;
  requester_id: string;
  opened_at: Date;
  updated_at: Date;
};

const itemOf = (row: ListRow) => ({
  id: row.id,
  number: Number(row.number),
  reference: referenceOf(Number(row.number)),
  subject: row.subject,
  status: row.status,
  tierRank: row.tier_rank,
  category: row.category,
  channel: row.channel,
  requesterId: row.requester_id,
  openedAt: row.opened_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

const likeOf = (text: string) => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

/** `T-1042`, `#1042` and `1042` name the ticket with that number. */
const numberIn = (text: string): number | null => {
  const digits = /^(?:T-|#)?(\d{1,15})$/i.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** The tickets of one requester, newest first, with the cursor of the next page. */
export const listRequests = async (tx: Transaction, tenant: string, requesterId: string, listing: Listing) => {
  const { statuses, q, after, limit } = listing;
  const rows = await tx.query<ListRow>(
    `SELECT id, number, subject, status, tier_rank, category, channel, requester_id, opened_at, updated_at FROM request
     WHERE tenant_id = $1 AND requester_id = $2
       AND ($3::text[] IS NULL OR status = ANY($3))
       AND ($4::text IS NULL OR subject ILIKE $4 OR number = $5)
       AND ($6::bigint IS NULL OR number < $6)
     ORDER BY number DESC LIMIT $7`,
    [tenant, requesterId, statuses, q === null ? null : likeOf(q), q === null ? null : numberIn(q), after, limit + 1],
  );
  const items = rows.slice(0, limit).map(itemOf);
  return { items, next: rows.length > limit ? String(items.at(-1)!.number) : null };
};

type WholeRow = ListRow & {
  opened_by: string;
  organisation: string | null;
  description: string;
  impact: string;
  urgency: string;
  resolved_at: Date | null;
  closed_at: Date | null;
  sequence: number;
  origin_id: string | null;
  origin_kind: string | null;
};

/** A ticket that this one came from, or that came from it, as far as it concerns the asker. */
type RelatedRow = { id: string; number: string; kind: string; came_from: boolean };

type MessageRow = { side: string; kind: string; text: string; said_at: Date };

const relatedOf = ({ id, number, kind }: RelatedRow) => ({
  id,
  number: Number(number),
  reference: referenceOf(Number(number)),
  kind,
});

const wholeOf = (row: WholeRow, conversation: readonly MessageRow[], related: readonly RelatedRow[]) => ({
  ...itemOf(row),
  openedBy: row.opened_by,
  organisation: row.organisation,
  description: row.description,
  impact: row.impact,
  urgency: row.urgency,
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  closedAt: row.closed_at?.toISOString() ?? null,
  sequence: row.sequence,
  cameFrom: related.filter(({ came_from }) => came_from).map(relatedOf)[0] ?? null,
  wentOnIn: related.filter(({ came_from }) => !came_from).map(relatedOf),
  conversation: conversation.map(({ side, kind, text, said_at }) => ({
    from: side,
    kind,
    text,
    at: said_at.toISOString(),
  })),
});

/** One ticket with its conversation, oldest first. Throws `ticket_absent` when it does not concern the asker. */
export const readRequest = async (tx: Transaction, tenant: string, id: string, asker: Asker) => {
  const [row] = await tx.query<WholeRow>(
    `SELECT id, number, subject, status, tier_rank, category, channel, requester_id, opened_at, updated_at, opened_by,
       organisation, description, impact, urgency, resolved_at, closed_at, sequence, origin_id, origin_kind
     FROM request WHERE tenant_id = $1 AND id = $2`,
    [tenant, id],
  );
  if (!row || !concerns(asker, { requesterId: row.requester_id, openedBy: row.opened_by })) throw ticketAbsent();
  const conversation = await tx.query<MessageRow>(
    `SELECT side, kind, text, said_at FROM message WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY position`,
    [tenant, id],
  );
  const related = await tx.query<RelatedRow>(
    `SELECT id, number, CASE WHEN id = $3 THEN $4 ELSE origin_kind END AS kind, id = $3 AS came_from FROM request
     WHERE tenant_id = $1 AND requester_id = $5 AND (origin_id = $2 OR id = $3) ORDER BY number`,
    [tenant, id, row.origin_id, row.origin_kind, row.requester_id],
  );
  return wholeOf(row, conversation, related);
};

/** How many tickets stand where, over all tenants. */
export const countByStatus = async (database: Database) => {
  const rows = await database.query<{ status: Status; n: string }>(
    'SELECT status, count(*) AS n FROM request GROUP BY status',
  );
  return rows.map(({ status, n }) => ({ labels: { status }, value: Number(n) }));
};

/** Opened tickets of which the desk has told nothing for longer than so many milliseconds, over all tenants. */
export const countUnaccounted = async (database: Database, silence: number): Promise<number> => {
  const [row] = await database.query<{ n: string }>(
    `SELECT count(*) AS n FROM request WHERE desk <> 'heard' AND opened_at <= now() - $1 * interval '1 ms'`,
    [silence],
  );
  return Number(row!.n);
};
