import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';

/** One page of a list: its items, and where the next one begins; null at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

export type TicketRow = Record<string, unknown> & { ticketId: string };

const columns = `ticket_id AS "ticketId", number, subject, state, tier, rank, queue, team, owner, priority, type, category,
  channel, requester_id AS "requesterId", opened_at AS "openedAt", first_reply_at AS "firstReplyAt",
  resolved_at AS "resolvedAt", closed_at AS "closedAt", cancelled_at AS "cancelledAt", highest_rank AS "highestRank",
  escalations, returns, transfers, reopens, holds, orphans, mails_sent AS "mailsSent", mails_failed AS "mailsFailed",
  coalesce(staff_mails_failed, 0) AS "staffMailsFailed", events,
  last_event_at AS "lastEventAt"`;

/** Filters that compare a column with a value, by the name of their parameter. */
const equal = {
  state: 'state',
  tier: 'tier',
  team: 'team',
  queue: 'queue',
  priority: 'priority',
  owner: 'owner',
  requester: 'requester_id',
  number: 'number',
} as const;

export type TicketFilter = { [name in keyof typeof equal]?: string | number | undefined } & {
  openedFrom?: string | undefined;
  openedTo?: string | undefined;
  limit: number;
  /** Where the page begins: began_at and id of the last one seen. */
  after?: readonly [string, string] | undefined;
};

const conditionsOf = (filter: TicketFilter): { sql: string; values: unknown[] } => {
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  for (const [name, column] of Object.entries(equal)) {
    const value = filter[name as keyof typeof equal];
    if (value !== undefined) conditions.push(`${column} = ${place(value)}`);
  }
  if (filter.openedFrom) conditions.push(`opened_at >= ${place(filter.openedFrom)}`);
  if (filter.openedTo) conditions.push(`opened_at < ${place(filter.openedTo)}`);
  if (filter.after) conditions.push(`(began_at, ticket_id) < (${filter.after.map(place).join(', ')})`);
  return { sql: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '', values };
};

const cursorOf = (beganAt: string, id: string): string =>
  Buffer.from(JSON.stringify([beganAt, id])).toString('base64url');

/** Tickets, newest first. */
export const listTickets = async (tx: Transaction, filter: TicketFilter): Promise<Page<TicketRow>> => {
  const { sql, values } = conditionsOf(filter);
  const rows = await tx.query<TicketRow & { cursor: string }>(
    `SELECT ${columns}, began_at::text AS cursor FROM ticket_fact ${sql}
     ORDER BY began_at DESC, ticket_id DESC LIMIT $${values.length + 1}`,
    [...values, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  const last = rows.length > filter.limit ? items.at(-1)! : null;
  return {
    items: items.map(({ cursor: _cursor, ...item }) => item),
    next: last && cursorOf(last.cursor, last.ticketId),
  };
};

const absent = (id: string) => new DomainError('ticket_absent', `There is no ticket ${id} here.`, 'absent');

/** One ticket. Throws `ticket_absent`. */
export const ticketOf = async (tx: Transaction, id: string): Promise<TicketRow> => {
  const [row] = await tx.query<TicketRow>(`SELECT ${columns} FROM ticket_fact WHERE ticket_id = $1`, [id]);
  if (!row) throw absent(id);
  return row;
};

export type HistoryEntry = {
  number: number;
  id: string;
  type: string;
  source: string;
  sequence: number;
  time: Date;
  actor: string;
  data: unknown;
};

/** The events of a ticket in the order of their topic. Throws `ticket_absent`. */
export const historyOf = async (
  tx: Transaction,
  id: string,
  { limit, after = 0 }: { limit: number; after?: number | undefined },
): Promise<Page<HistoryEntry>> => {
  const rows = await tx.query<HistoryEntry>(
    `SELECT number, event_id AS id, type, source, sequence, time, actor, data FROM ticket_event
     WHERE ticket_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [id, after, limit + 1],
  );
  if (rows.length === 0) await ticketOf(tx, id);
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? String(items.at(-1)!.number) : null };
};
