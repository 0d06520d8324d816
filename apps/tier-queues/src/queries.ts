import type { TicketState } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { InvalidInput } from '@tierline/service';
import { openStates } from './domain/guards.ts';
import type { Sight } from './sight.ts';

/** A page of a list: at most `limit` items after the cursor. */
export type Page = { readonly limit: number; readonly after?: string | undefined };
export type Listed<T> = { readonly items: readonly T[]; readonly next: string | null };

export type TicketFilter = {
  readonly states?: readonly TicketState[] | undefined;
  readonly tier?: string | undefined;
  readonly queue?: string | undefined;
  readonly owner?: string | undefined;
  readonly requester?: string | undefined;
  readonly q?: string | undefined;
  /** Leaves out what is not in it. */
  readonly sight?: Sight | undefined;
};

/** A ticket in a list. */
export type TicketRow = {
  id: string;
  number: number;
  reference: string;
  subject: string;
  state: TicketState;
  type: string | null;
  priority: string | null;
  tier: string | null;
  rank: number | null;
  queue: string | null;
  team: string | null;
  owner: string | null;
  requesterId: string;
  openedAt: Date;
  queuedAt: Date | null;
  changedAt: Date;
  /** The soonest deadline of a running clock, missed or not, and which one it is; null when none runs. */
  dueAt: Date | null;
  dueClock: string | null;
  /** Kinds of clocks that were missed. */
  late: string[];
  hold: { reason: string; until: string } | null;
  unansweredSince: string | null;
  /** True for a major incident. */
  major: boolean;
  counts: Record<string, number>;
  sequence: number;
};

export const rowColumns = `id, number::float8 AS number, 'T-' || number AS reference, subject, state, body->>'type' AS type,
  priority, tier, rank, queue, team, owner, requester_id AS "requesterId", opened_at AS "openedAt",
  queued_at AS "queuedAt", changed_at AS "changedAt",
  nullif(due_at, 'infinity') AS "dueAt", due_clock AS "dueClock", late, body->'hold' AS hold,
  body->>'unansweredSince' AS "unansweredSince", body->'beside'->'major' <> 'null'::jsonb AS major, body->'counts' AS counts, sequence`;

/** The open states as an SQL list; partial indexes are found by these very words. */
export const open = openStates.map((state) => `'${state}'`).join(', ');

export const cursorOf = (values: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(values), 'utf8').toString('base64url');

/** The values of a cursor that this list gave. Throws `InvalidInput` for anything else. */
export const cursorValues = (cursor: string, patterns: readonly RegExp[]): string[] => {
  const refuse = () => new InvalidInput([{ path: 'after', message: 'is not a cursor of this list' }]);
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw refuse();
  }
  const fits =
    Array.isArray(read) &&
    read.length === patterns.length &&
    patterns.every((pattern, index) => typeof read[index] === 'string' && pattern.test(read[index]));
  if (!fits) throw refuse();
  return read as string[];
};

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** One page of rows that were read with one more than the limit. */
export const pageOf = <T>(rows: readonly T[], limit: number, cursor: (last: T) => readonly unknown[]): Listed<T> => {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? cursorOf(cursor(items.at(-1)!)) : null };
};

/** The ticket's number that is sought, as `1042`, `#1042` or `T-1042`; null when words are. */
export const numberIn = (q: string): number | null => {
  const digits = /^(?:#|T-)?(\d{1,15})$/i.exec(q)?.[1];
  return digits === undefined ? null : Number(digits);
};

/** The filter as SQL conditions; values are added to the parameters. */
const conditionsOf = (filter: TicketFilter, parameters: unknown[]): string[] => {
  const conditions: string[] = [];
  const add = (value: unknown, condition: (position: string) => string) => {
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  const { states, tier, queue, owner, requester, q, sight } = filter;
  if (states) add(states, (p) => `state = ANY(${p}::text[])`);
  if (tier !== undefined) add(tier, (p) => `tier = ${p}`);
  if (queue !== undefined) add(queue, (p) => `queue = ${p}`);
  if (owner !== undefined) add(owner, (p) => `owner = ${p}`);
  if (requester !== undefined) add(requester, (p) => `requester_id = ${p}`);
  if (sight && sight.queues !== 'all') add(sight.queues, (p) => `queue = ANY(${p}::text[])`);
  if (q !== undefined) {
    const number = numberIn(q);
    if (number !== null) add(number, (p) => `number = ${p}`);
    else add(q, (p) => `words @@ search_of(${p})`);
  }
  return conditions;
};

/** Tickets, newest first. */
export const newestTickets = async (
  tx: Transaction,
  tenant: string,
  filter: TicketFilter,
  { limit, after }: Page,
): Promise<Listed<TicketRow>> => {
  const parameters: unknown[] = [tenant, limit + 1];
  const conditions = ['tenant_id = $1', ...conditionsOf(filter, parameters)];
  if (after !== undefined) {
    parameters.push(...cursorValues(after, [moment, uuid]));
    const n = parameters.length;
    conditions.push(`(opened_at, id) < ($${n - 1}::timestamptz, $${n}::uuid)`);
  }
  const rows = await tx.query<TicketRow>(
    `SELECT ${rowColumns} FROM ticket WHERE ${conditions.join(' AND ')} ORDER BY opened_at DESC, id DESC LIMIT $2`,
    parameters,
  );
  return pageOf(rows, limit, ({ openedAt, id }) => [openedAt, id]);
};

type QueueOrder = {
  readonly sql: string;
  readonly types: readonly string[];
  readonly patterns: readonly RegExp[];
  readonly of: (row: TicketRow) => readonly unknown[];
};

/** Orders of a queue's list by columns that are never null, each with an index that begins with tenant and queue. */
export const queueOrders = {
  /** The most urgent first, then the oldest. */
  urgency: {
    sql: 'priority, queued_at, id',
    types: ['text', 'timestamptz', 'uuid'],
    patterns: [/^P[1-4]$/, moment, uuid],
    of: ({ priority, queuedAt, id }) => [priority, queuedAt, id],
  },
  /** The soonest deadline first; last those on which no clock runs. */
  due: {
    sql: 'due_at, id',
    types: ['timestamptz', 'uuid'],
    patterns: [/^(infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/, uuid],
    of: ({ dueAt, id }) => [dueAt ?? 'infinity', id],
  },
} as const satisfies Record<string, QueueOrder>;
export type QueueSort = keyof typeof queueOrders;

/** Tickets of one queue, in the order in which they should be worked on; the open ones unless states are named. */
export const ticketsOfQueue = async (
  tx: Transaction,
  tenant: string,
  { states, sort = 'urgency', ...filter }: TicketFilter & { queue: string; sort?: QueueSort | undefined },
  { limit, after }: Page,
): Promise<Listed<TicketRow>> => {
  const { sql, types, patterns, of }: QueueOrder = queueOrders[sort];
  const parameters: unknown[] = [tenant, limit + 1];
  const conditions = ['tenant_id = $1', ...conditionsOf({ ...filter, states }, parameters)];
  if (!states) conditions.push(`state IN (${open})`);
  if (after !== undefined) {
    const first = parameters.push(...cursorValues(after, patterns)) - types.length + 1;
    conditions.push(`(${sql}) > (${types.map((type, index) => `$${first + index}::${type}`).join(', ')})`);
  }
  const rows = await tx.query<TicketRow>(
    `SELECT ${rowColumns} FROM ticket WHERE ${conditions.join(' AND ')} ORDER BY ${sql} LIMIT $2`,
    parameters,
  );
  return pageOf(rows, limit, of);
};
