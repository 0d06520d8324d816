import type { Caller } from '@tierline/auth';
import type { Transaction } from '@tierline/persistence';
import type { Reader } from './leads.ts';
import { cursorValues, pageOf, rowColumns, type Page, type TicketRow } from './queries.ts';
import {
  byId,
  chosenQueues,
  conditionsOf,
  parametersOf,
  sorts,
  tickets,
  type SortColumn,
  type Sought,
  type WindowQuery,
} from './window-query.ts';
import { foundOf, mostIds } from './window-search.ts';

/** A ticket in a window. */
export type WindowRow = TicketRow & {
  category: string | null;
  requesterName: string | null;
  ownerName: string | null;
  /** What the last hand-over asks, in the tier that it went to. */
  asked: string | null;
  /** Kinds of the caller's own drafts on it. */
  drafts: string[];
  /** Something happened since the caller read it. */
  unread: boolean;
};

const askedColumn = `CASE WHEN (body->'counts'->>'escalations')::int > 0 THEN (
    SELECT e.data->'handover'->>'asked' FROM entry e
    WHERE e.tenant_id = $1 AND e.ticket_id = ticket.id AND e.kind = 'escalated' AND (e.data->>'toRank')::int = ticket.rank
    ORDER BY e.position DESC LIMIT 1) END`;

const personalColumns = (me: string) => `
  (SELECT a.name FROM agent a WHERE a.tenant_id = $1 AND a.agent_id = ticket.owner) AS "ownerName",
  (SELECT p.name FROM person p WHERE p.tenant_id = $1 AND p.person_id = ticket.requester_id) AS "requesterName",
  ARRAY(SELECT d.kind FROM draft d WHERE d.tenant_id = $1 AND d.person_id = ${me} AND d.ticket = ticket.id::text
    ORDER BY d.kind) AS drafts,
  coalesce((SELECT max(e.position) FROM entry e WHERE e.tenant_id = $1 AND e.ticket_id = ticket.id) >
    coalesce((SELECT r.position FROM read_mark r WHERE r.tenant_id = $1 AND r.person_id = ${me}
      AND r.ticket_id = ticket.id), 0), false) AS unread`;

/** The statement of one window: which rows by index, then those rows with all that a screen shows of them. */
export const windowStatement = (query: WindowQuery, by: Caller, sought: Sought, page: Page, now: string) => {
  const { sort = 'due', order = 'asc' } = query;
  const columns: readonly SortColumn[] = [...sorts[sort], byId];
  const parameters = parametersOf(by.tenant, page.limit + 1);
  const from = tickets(query, sought, parameters);
  const conditions = conditionsOf(query, by, now, parameters);
  if (page.after !== undefined) {
    const patterns = [new RegExp(`^${sort}$`), new RegExp(`^${order}$`), ...columns.map(({ pattern }) => pattern)];
    const values = cursorValues(page.after, patterns).slice(2);
    const last = columns.map(({ type }, nth) => `${parameters.add(values[nth])}::${type}`);
    conditions.push(
      `(${columns.map(({ sql }) => sql).join(', ')}) ${order === 'asc' ? '>' : '<'} (${last.join(', ')})`,
    );
  }
  const inOrderOf = (name: (column: SortColumn, nth: number) => string) =>
    `ORDER BY ${columns.map((column, nth) => `${name(column, nth)} ${order}`).join(', ')}`;
  const select = columns.map(({ sql }, nth) => `${sql} AS sort${nth}`).join(', ');
  const key = `sort${columns.length - 1}`;
  const sql = `WITH page AS MATERIALIZED (
      SELECT found.${key} AS id FROM ${from(select, conditions, `${inOrderOf(({ sql }) => sql)} LIMIT $2`)}
      ${inOrderOf((_, nth) => `found.sort${nth}`)} LIMIT $2
    )
    SELECT ${rowColumns}, category, ${askedColumn} AS asked, ${personalColumns(parameters.add(by.subject))}
    FROM ticket WHERE tenant_id = $1 AND id IN (SELECT page.id FROM page) ${inOrderOf(({ sql }) => sql)}`;
  return {
    sql,
    values: parameters.values,
    cursor: (row: TicketRow) => [sort, order, ...columns.map(({ of }) => of(row))],
  };
};

/** One window: at most `limit` rows after the cursor. Throws `queue_absent`; `InvalidInput` for a foreign cursor. */
export const windowOf = async (tx: Transaction, by: Reader, query: WindowQuery, page: Page) => {
  const { queues } = await chosenQueues(tx, by, query);
  const found = await foundOf(tx, by, query, { queues, most: mostIds.page });
  const { sql, values, cursor } = windowStatement(query, by, { queues, found }, page, tx.now);
  const rows = await tx.query<WindowRow>(sql, values);
  const { view = 'all', sort = 'due', order = 'asc' } = query;
  return { asOf: tx.now, view, sort, order, queues, ...pageOf(rows, page.limit, cursor) };
};
