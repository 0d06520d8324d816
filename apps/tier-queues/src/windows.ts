import type { Caller } from '@tierline/auth';
import { DomainError, type Priority } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { queuesOfTeams } from './lookups.ts';
import { cursorValues, moment, open, pageOf, rowColumns, uuid, wordsOf, type Page, type TicketRow } from './queries.ts';
import { sightOf } from './sight.ts';

/** Whose turn it is, as a condition on the ticket; the words are those of the partial indexes. */
export const builtInViews = {
  'my-turn': `state IN ('ASSIGNED', 'IN_PROGRESS')`,
  unclaimed: `state = 'QUEUED'`,
  all: `state IN (${open})`,
  waiting: `state = 'PENDING'`,
} as const;
export type BuiltInView = keyof typeof builtInViews;

type SortColumn = { sql: string; type: string; pattern: RegExp; of: (row: TicketRow) => unknown };

const priority: SortColumn = { sql: 'priority', type: 'text', pattern: /^P[1-4]$/, of: (row) => row.priority };
const queuedAt: SortColumn = { sql: 'queued_at', type: 'timestamptz', pattern: moment, of: (row) => row.queuedAt };
const openedAt: SortColumn = { sql: 'opened_at', type: 'timestamptz', pattern: moment, of: (row) => row.openedAt };
const id: SortColumn = { sql: 'id', type: 'uuid', pattern: uuid, of: (row) => row.id };

/**
 * The orders of a window, each by columns that are never null in a queue and that `TicketRow` has in full (instants to
 * the millisecond). Each needs an index (tenant_id, queue, its columns, id) over the open tickets.
 */
export const sorts = {
  priority: [priority, queuedAt],
  queued: [queuedAt],
  opened: [openedAt],
} as const satisfies Record<string, readonly SortColumn[]>;
export type Sort = keyof typeof sorts;

/** Which tickets a window shows, and in which order. */
export type WindowQuery = {
  readonly view?: BuiltInView | undefined;
  /** `own`: the queues of the caller's teams; `desk`: all queues. Named queues win over both. */
  readonly scope?: 'own' | 'desk' | undefined;
  readonly queues?: readonly string[] | undefined;
  readonly tiers?: readonly string[] | undefined;
  readonly priorities?: readonly Priority[] | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly requester?: string | undefined;
  /** A person, `me`, or `nobody`. */
  readonly owner?: string | undefined;
  readonly q?: string | undefined;
  readonly minAgeMinutes?: number | undefined;
  readonly maxAgeMinutes?: number | undefined;
  readonly sort?: Sort | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

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

/** The queues that a query is about; `own` tells those of the caller's teams. */
export type Chosen = { readonly queues: readonly string[]; readonly own: ReadonlySet<string> };

const queueAbsent = (queue: string) =>
  new DomainError('queue_absent', `queues: there is no queue ${queue}.`, 'absent', {
    fields: [{ path: 'queues', message: `there is no queue ${queue}` }],
  });

/** The queues of the query that the caller may see. Throws `queue_absent` for a named one that is not among them. */
export const chosenQueues = async (tx: Transaction, by: Caller, query: WindowQuery): Promise<Chosen> => {
  const own = new Set(await queuesOfTeams(tx, by));
  if (!query.queues && query.scope !== 'desk') return { queues: [...own], own };
  const sight = await sightOf(tx, by);
  const rows = await tx.query<{ queue: string }>('SELECT queue FROM queue WHERE tenant_id = $1', [by.tenant]);
  const seen = new Set(rows.map(({ queue }) => queue).filter((queue) => sight.queues === 'all' || own.has(queue)));
  if (!query.queues) return { queues: [...seen], own };
  const named = [...new Set(query.queues)];
  const absent = named.find((queue) => !seen.has(queue));
  if (absent !== undefined) throw queueAbsent(absent);
  return { queues: named, own };
};

type Parameters = { readonly values: unknown[]; readonly add: (value: unknown) => string };

const parametersOf = (...first: unknown[]): Parameters => {
  const values = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
};

const conditionsOf = (query: WindowQuery, by: Caller, now: string, { add }: Parameters): string[] => {
  const { view = 'all', tiers, priorities, categories, requester, owner, q, minAgeMinutes, maxAgeMinutes } = query;
  const conditions: string[] = [builtInViews[view]];
  if (view === 'my-turn') conditions.push(`owner = ${add(by.subject)}`);
  if (tiers) conditions.push(`tier = ANY(${add(tiers)}::text[])`);
  if (priorities) conditions.push(`priority = ANY(${add(priorities)}::text[])`);
  if (categories) conditions.push(`category = ANY(${add(categories)}::text[])`);
  if (requester !== undefined) conditions.push(`requester_id = ${add(requester)}`);
  if (owner === 'nobody') conditions.push('owner IS NULL');
  else if (owner !== undefined) conditions.push(`owner = ${add(owner === 'me' ? by.subject : owner)}`);
  if (q !== undefined) {
    const words = wordsOf(q);
    conditions.push('number' in words ? `number = ${add(words.number)}` : `subject ILIKE ${add(words.like)}`);
  }
  const before = (minutes: number) => `${add(now)}::timestamptz - make_interval(mins => ${add(minutes)}::int)`;
  if (minAgeMinutes !== undefined) conditions.push(`opened_at <= ${before(minAgeMinutes)}`);
  if (maxAgeMinutes !== undefined) conditions.push(`opened_at >= ${before(maxAgeMinutes)}`);
  return conditions;
};

/** The tickets of some queues as a FROM item: each queue by its own index, so that the first rows need no sorting of all. */
const fromQueues = (select: string, conditions: readonly string[], tail: string, queues: string) =>
  `unnest(${queues}::text[]) AS wanted(slug) CROSS JOIN LATERAL (
     SELECT ${select} FROM ticket WHERE tenant_id = $1 AND queue = wanted.slug AND ${conditions.join(' AND ')} ${tail}
   ) AS found`;

/** The tickets of one owner as a FROM item, in these queues when they are named. */
const fromOwner = (select: string, conditions: readonly string[], tail: string, queues: string | null) =>
  `(SELECT ${select} FROM ticket WHERE tenant_id = $1 AND ${conditions.join(' AND ')}
     ${queues === null ? '' : `AND queue = ANY(${queues}::text[])`} ${tail}) AS found`;

const tickets = (query: WindowQuery, queues: readonly string[], { add }: Parameters) => {
  // Whoever owns a ticket sees it in every choice of queues but a named one.
  if (query.view === 'my-turn') {
    const named = query.queues ? add(queues) : null;
    return (select: string, conditions: readonly string[], tail: string) => fromOwner(select, conditions, tail, named);
  }
  const named = add(queues);
  return (select: string, conditions: readonly string[], tail: string) => fromQueues(select, conditions, tail, named);
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
export const windowStatement = (query: WindowQuery, by: Caller, queues: readonly string[], page: Page, now: string) => {
  const { sort = 'priority', order = 'asc' } = query;
  const columns: readonly SortColumn[] = [...sorts[sort], id];
  const parameters = parametersOf(by.tenant, page.limit + 1);
  const from = tickets(query, queues, parameters);
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
export const windowOf = async (tx: Transaction, by: Caller, query: WindowQuery, page: Page) => {
  const { queues } = await chosenQueues(tx, by, query);
  const { sql, values, cursor } = windowStatement(query, by, queues, page, tx.now);
  const rows = await tx.query<WindowRow>(sql, values);
  const { view = 'all', sort = 'priority', order = 'asc' } = query;
  return { asOf: tx.now, view, sort, order, queues, ...pageOf(rows, page.limit, cursor) };
};

/** Counts of queues that are not one's own stop here. */
export const countedAtMost = 1_000;

export type Count = { readonly count: number; readonly atLeast: boolean };

/** The statement that counts one view in these queues; null counts all of them exactly. */
export const countStatement = (
  query: WindowQuery,
  by: Caller,
  queues: readonly string[],
  limit: number | null,
  now: string,
) => {
  const parameters = parametersOf(by.tenant);
  const from = tickets(query, queues, parameters);
  const conditions = conditionsOf(query, by, now, parameters);
  const tail = limit === null ? '' : `LIMIT ${limit + 1}`;
  const sql = `SELECT count(*)::int AS n FROM (SELECT 1 FROM ${from('1', conditions, tail)} ${tail}) AS counted`;
  return { sql, values: parameters.values };
};

const countOf = async (tx: Transaction, by: Caller, query: WindowQuery, { queues, own }: Chosen): Promise<Count> => {
  const count = async (of: readonly string[], limit: number | null) => {
    if (of.length === 0 && query.view !== 'my-turn') return 0;
    const { sql, values } = countStatement(query, by, of, limit, tx.now);
    return (await tx.query<{ n: number }>(sql, values))[0]!.n;
  };
  if (query.view === 'my-turn') return { count: await count(queues, null), atLeast: false };
  const mine = await count(
    queues.filter((queue) => own.has(queue)),
    null,
  );
  const others = await count(
    queues.filter((queue) => !own.has(queue)),
    countedAtMost,
  );
  return { count: mine + Math.min(others, countedAtMost), atLeast: others > countedAtMost };
};

/**
 * How many tickets each built-in view has under the query's filters: exact in the caller's own queues; of others at
 * least so many, where they are more than `countedAtMost`. Throws `queue_absent`.
 */
export const windowCounts = async (tx: Transaction, by: Caller, query: WindowQuery) => {
  const chosen = await chosenQueues(tx, by, query);
  const views: Partial<Record<BuiltInView, Count>> = {};
  for (const view of Object.keys(builtInViews) as BuiltInView[])
    views[view] = await countOf(tx, by, { ...query, view }, chosen);
  return { asOf: tx.now, queues: chosen.queues, views: views as Record<BuiltInView, Count> };
};
