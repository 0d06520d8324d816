import type { Caller } from '@tierline/auth';
import { DomainError, type Priority } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { Reader } from './leads.ts';
import { queuesOfTeams } from './lookups.ts';
import { moment, numberIn, open, uuid, type TicketRow } from './queries.ts';
import { sightOf } from './sight.ts';

/** Whose turn it is, as a condition on the ticket; the words are those of the partial indexes. */
export const builtInViews = {
  'my-turn': `state IN ('ASSIGNED', 'IN_PROGRESS')`,
  unclaimed: `state = 'QUEUED'`,
  all: `state IN (${open})`,
  waiting: `state = 'PENDING'`,
} as const;
export type BuiltInView = keyof typeof builtInViews;

export type SortColumn = { sql: string; type: string; pattern: RegExp; of: (row: TicketRow) => unknown };

const priority: SortColumn = { sql: 'priority', type: 'text', pattern: /^P[1-4]$/, of: (row) => row.priority };
const queuedAt: SortColumn = { sql: 'queued_at', type: 'timestamptz', pattern: moment, of: (row) => row.queuedAt };
const openedAt: SortColumn = { sql: 'opened_at', type: 'timestamptz', pattern: moment, of: (row) => row.openedAt };
// `infinity` is the deadline of a ticket on which nothing runs.
const dueAt: SortColumn = {
  sql: 'due_at',
  type: 'timestamptz',
  pattern: new RegExp(`${moment.source}|^infinity$`),
  of: (row) => row.dueAt ?? 'infinity',
};
/** Ends every order, so that no two tickets are alike in it. */
export const byId: SortColumn = { sql: 'id', type: 'uuid', pattern: uuid, of: (row) => row.id };

/**
 * The orders of a window, each by columns that are never null in a queue and that `TicketRow` has in full (instants to
 * the millisecond). Each needs an index (tenant_id, queue, its columns, id) over the open tickets.
 */
export const sorts = {
  due: [dueAt],
  priority: [priority, queuedAt],
  queued: [queuedAt],
  opened: [openedAt],
} as const satisfies Record<string, readonly SortColumn[]>;
export type Sort = keyof typeof sorts;

/** Which tickets a window shows, and in which order. */
export type WindowQuery = {
  readonly view?: BuiltInView | undefined;
  /** `own`: the queues of the teams that the caller works in or leads now; `desk`: all queues. Named queues win over both. */
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
  /** The soonest deadline is missed or at most so far away. */
  readonly dueWithinMinutes?: number | undefined;
  readonly sort?: Sort | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
};

/** The queues that a query is about; `own` tells those of the caller's own teams. */
export type Chosen = { readonly queues: readonly string[]; readonly own: ReadonlySet<string> };

const queueAbsent = (queue: string) =>
  new DomainError('queue_absent', `queues: there is no queue ${queue}.`, 'absent', {
    fields: [{ path: 'queues', message: `there is no queue ${queue}` }],
  });

/** Where the words of a query are: in these tickets, and in who knows which ones of these queues. */
export type Found = { readonly ids: readonly string[]; readonly walked: readonly string[] };

/** The queues to look in; without `found` every ticket of them is looked at. */
export type Sought = { readonly queues: readonly string[]; readonly found?: Found | undefined };

/** The queues of the query that the caller may see. Throws `queue_absent` for a named one that is not among them. */
export const chosenQueues = async (tx: Transaction, by: Reader, query: WindowQuery): Promise<Chosen> => {
  const own = new Set(await queuesOfTeams(tx, by, by.standsIn));
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

export type Parameters = { readonly values: unknown[]; readonly add: (value: unknown) => string };

/** Parameters of a statement; `add` gives the placeholder of a value. */
export const parametersOf = (...first: unknown[]): Parameters => {
  const values = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
};

/** The conditions of the query on a ticket. */
export const conditionsOf = (query: WindowQuery, by: Caller, now: string, { add }: Parameters): string[] => {
  const {
    view = 'all',
    tiers,
    priorities,
    categories,
    requester,
    owner,
    q,
    minAgeMinutes,
    maxAgeMinutes,
    dueWithinMinutes,
  } = query;
  const conditions: string[] = [builtInViews[view]];
  if (view === 'my-turn') conditions.push(`owner = ${add(by.subject)}`);
  if (tiers) conditions.push(`tier = ANY(${add(tiers)}::text[])`);
  if (priorities) conditions.push(`priority = ANY(${add(priorities)}::text[])`);
  if (categories) conditions.push(`category = ANY(${add(categories)}::text[])`);
  if (requester !== undefined) conditions.push(`requester_id = ${add(requester)}`);
  if (owner === 'nobody') conditions.push('owner IS NULL');
  else if (owner !== undefined) conditions.push(`owner = ${add(owner === 'me' ? by.subject : owner)}`);
  if (q !== undefined) {
    const number = numberIn(q);
    conditions.push(number === null ? `words @@ search_of(${add(q)})` : `number = ${add(number)}`);
  }
  const before = (minutes: number) => `${add(now)}::timestamptz - make_interval(mins => ${add(minutes)}::int)`;
  if (minAgeMinutes !== undefined) conditions.push(`opened_at <= ${before(minAgeMinutes)}`);
  if (maxAgeMinutes !== undefined) conditions.push(`opened_at >= ${before(maxAgeMinutes)}`);
  if (dueWithinMinutes !== undefined)
    conditions.push(`due_at <= ${add(now)}::timestamptz + make_interval(mins => ${add(dueWithinMinutes)}::int)`);
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

/** Some tickets of these queues by their ids as a FROM item. */
const fromIds = (select: string, conditions: readonly string[], tail: string, queues: string, ids: string) =>
  `(SELECT ${select} FROM ticket WHERE tenant_id = $1 AND id = ANY(${ids}::uuid[]) AND queue = ANY(${queues}::text[])
     AND ${conditions.join(' AND ')} ${tail}) AS found`;

/** The tickets that the query is about, as what stands after FROM. */
export const tickets = (query: WindowQuery, { queues, found }: Sought, { add }: Parameters) => {
  type Item = (select: string, conditions: readonly string[], tail: string) => string;
  // Whoever owns a ticket sees it in every choice of queues but a named one.
  if (query.view === 'my-turn') {
    const named = query.queues ? add(queues) : null;
    return ((select, conditions, tail) => fromOwner(select, conditions, tail, named)) satisfies Item;
  }
  const walkOf =
    (walked: string): Item =>
    (select, conditions, tail) =>
      fromQueues(select, conditions, tail, walked);
  if (!found) return walkOf(add(queues));
  if (found.ids.length === 0) return walkOf(add(found.walked));
  const named = add(queues);
  const ids = add(found.ids);
  const byIds: Item = (select, conditions, tail) => fromIds(select, conditions, tail, named, ids);
  if (found.walked.length === 0) return byIds;
  const walk = walkOf(add(found.walked));
  const both: Item = (...of) =>
    `(SELECT found.* FROM ${walk(...of)} UNION ALL SELECT found.* FROM ${byIds(...of)}) AS found`;
  return both;
};
