import type { Caller } from '@tierline/auth';
import { DomainError, requesterKinds } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { dataAmong, groupOf, likePatterns, publicData, type EntryGroup } from './domain/timeline.ts';
import { cursorOf, cursorValues } from './queries.ts';
import { acquaintanceOf, isStaff, sees, sightOf, ticketAbsent, type Acquaintance } from './sight.ts';

/** One entry as somebody sees it. */
export type Seen = {
  /** Its place in the story: later entries have a higher one. */
  position: string;
  at: Date;
  kind: string;
  group: EntryGroup | 'other';
  by: { actor: string; name: string | null };
  /** True when the requester may see it. */
  public: boolean;
  /** True for what happened after the caller last read, by somebody else. */
  unread: boolean;
  data: unknown;
};

/** Which part of a timeline: the newest, those older or newer than a cursor, or those around an entry. */
export type Slice = {
  readonly limit: number;
  readonly older?: string | undefined;
  readonly newer?: string | undefined;
  readonly around?: string | undefined;
  /** Groups and kinds; nothing: all. */
  readonly kinds?: readonly string[] | undefined;
};

/** Whose timeline of which ticket: `whole` for those who work on it, else what is public; and of whom they may know. */
type View = { readonly id: string; readonly by: Caller; readonly whole: boolean; readonly known: Acquaintance };

type Row = Omit<Seen, 'group' | 'by'> & { actor: string; name: string | null };

/** What the caller may see of the ticket. Throws `ticket_absent` when that is nothing. */
export const viewOfTicket = async (tx: Transaction, by: Caller, id: string): Promise<View> => {
  const [ticket] = await tx.query<{ queue: string | null; requester: string }>(
    'SELECT queue, requester_id AS requester FROM ticket WHERE tenant_id = $1 AND id = $2',
    [by.tenant, id],
  );
  if (!ticket) throw ticketAbsent();
  if (isStaff(by) && sees(await sightOf(tx, by), ticket.queue))
    return { id, by, whole: true, known: await acquaintanceOf(tx, by) };
  if (ticket.requester === by.subject) return { id, by, whole: false, known: new Set() };
  throw ticketAbsent();
};

/** Conditions on `e` that every read of entries has: whose they are, and what of them may be seen. */
const visible = ({ whole }: View) =>
  `e.tenant_id = $1 AND e.ticket_id = $2 AND ($3::text[] IS NULL OR e.kind LIKE ANY($3))
   ${whole ? '' : `AND e.public AND e.kind IN (${requesterKinds.map((kind) => `'${kind}'`).join(', ')})`}`;

const columns = `e.position::text AS position, e.at, e.kind, e.actor, e.public, e.data,
  coalesce((SELECT a.name FROM agent a WHERE a.tenant_id = $1 AND e.actor = 'agent:' || a.agent_id),
    (SELECT p.name FROM person p WHERE p.tenant_id = $1 AND p.person_id = split_part(e.actor, ':', 2))) AS name,
  e.position > $4::bigint AND split_part(e.actor, ':', 2) <> $5 AS unread`;

/** An entry's data as those may read it who work on the ticket. */
export const dataFor = (known: Acquaintance, data: unknown): unknown =>
  known === 'all' ? data : dataAmong(known, data);

const seenBy = ({ whole, known }: View, { actor, name, data, ...row }: Row): Seen => ({
  ...row,
  group: groupOf(row.kind),
  by: { actor, name },
  data: whole ? dataFor(known, data) : publicData(row.kind, data),
});

type Reading = { readonly view: View; readonly kinds: readonly string[] | undefined; readonly mark: string };

/** Entries before (`<`, `<=`) a position, newest first, or after it, oldest first. */
const entries = async (
  tx: Transaction,
  { view, kinds, mark }: Reading,
  side: '<' | '<=' | '>',
  from: string,
  limit: number,
) => {
  const rows = await tx.query<Row>(
    `SELECT ${columns} FROM entry e WHERE ${visible(view)} AND e.position ${side} $6::bigint
     ORDER BY e.position ${side === '>' ? 'ASC' : 'DESC'} LIMIT $7`,
    [view.by.tenant, view.id, kinds ? likePatterns(kinds) : null, mark, view.by.subject, from, limit],
  );
  return rows.map((row) => seenBy(view, row));
};

const end = '9223372036854775807';
const position = /^\d{1,18}$/;

const readMark = async (tx: Transaction, { id, by }: View): Promise<string> => {
  const rows = await tx.query<{ position: string }>(
    'SELECT position::text AS position FROM read_mark WHERE tenant_id = $1 AND person_id = $2 AND ticket_id = $3',
    [by.tenant, by.subject, id],
  );
  return rows[0]?.position ?? '0';
};

const unreadOf = async (tx: Transaction, view: View, mark: string) => {
  const [row] = await tx.query<{ first: string | null; count: number }>(
    `SELECT min(e.position)::text AS first, count(*)::int AS count FROM entry e
     WHERE ${visible(view)} AND e.position > $4::bigint AND split_part(e.actor, ':', 2) <> $5`,
    [view.by.tenant, view.id, null, mark, view.by.subject],
  );
  return { firstUnread: row!.first, unread: row!.count };
};

const entryAbsent = () => new DomainError('entry_absent', 'There is no such entry in this timeline.', 'absent');

const requireEntry = async (tx: Transaction, view: View, at: string): Promise<void> => {
  const found = await tx.query(`SELECT 1 FROM entry e WHERE ${visible(view)} AND e.position = $4::bigint`, [
    view.by.tenant,
    view.id,
    null,
    at,
  ]);
  if (found.length === 0) throw entryAbsent();
};

/** The slice, newest first, with whether there is more on either side. */
const sliceOf = async (tx: Transaction, reading: Reading, { limit, older, newer, around }: Slice) => {
  if (around !== undefined) {
    await requireEntry(tx, reading.view, around);
    const half = Math.ceil(limit / 2);
    const before = await entries(tx, reading, '<=', around, half + 1);
    const after = await entries(tx, reading, '>', around, limit - half + 1);
    const items = [...after.slice(0, limit - half).reverse(), ...before.slice(0, half)];
    return { items, moreOlder: before.length > half, moreNewer: after.length > limit - half };
  }
  if (newer !== undefined) {
    const after = await entries(tx, reading, '>', cursorValues(newer, [position])[0]!, limit + 1);
    return { items: after.slice(0, limit).reverse(), moreOlder: true, moreNewer: after.length > limit };
  }
  const from = older === undefined ? end : cursorValues(older, [position])[0]!;
  const before = await entries(tx, reading, '<', from, limit + 1);
  return { items: before.slice(0, limit), moreOlder: before.length > limit, moreNewer: older !== undefined };
};

/**
 * A part of the ticket's timeline, newest first, as the caller may see it: `older` and `newer` are the cursors of what
 * is on either side; `newer` is always given, since there may soon be more. Throws `ticket_absent`, `entry_absent`.
 */
export const timelineOf = async (tx: Transaction, by: Caller, id: string, slice: Slice) => {
  const view = await viewOfTicket(tx, by, id);
  const mark = await readMark(tx, view);
  const { items, moreOlder, moreNewer } = await sliceOf(tx, { view, kinds: slice.kinds, mark }, slice);
  const first = items[0];
  return {
    asOf: tx.now,
    items,
    older: moreOlder && items.length > 0 ? cursorOf([items.at(-1)!.position]) : null,
    newer: first ? cursorOf([first.position]) : (slice.newer ?? null),
    moreNewer,
    ...(await unreadOf(tx, view, mark)),
  };
};

/** Notes that the caller has read up to this entry; never goes back. Throws `ticket_absent`, `entry_absent`. */
export const markRead = async (tx: Transaction, by: Caller, id: string, upTo: string) => {
  const view = await viewOfTicket(tx, by, id);
  await requireEntry(tx, view, upTo);
  const [row] = await tx.query<{ position: string }>(
    `INSERT INTO read_mark AS r (tenant_id, person_id, ticket_id, position, read_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, person_id, ticket_id) DO UPDATE
       SET position = greatest(r.position, excluded.position), read_at = excluded.read_at
     RETURNING position::text AS position`,
    [by.tenant, by.subject, id, upTo, tx.now],
  );
  return { id, position: row!.position, ...(await unreadOf(tx, view, row!.position)) };
};

/**
 * What happened to the ticket after the sequence that somebody saw, oldest first, and the last reply to the requester
 * among it: what a composer warns of before it sends a second one. Throws `ticket_absent`.
 */
export const changesSince = async (tx: Transaction, by: Caller, id: string, since: number) => {
  const view = await viewOfTicket(tx, by, id);
  if (!view.whole) throw ticketAbsent();
  const rows = await tx.query<{ sequence: number; kind: string; actor: string; name: string | null; at: Date }>(
    `SELECT j.agg_seq AS sequence, (string_to_array(j.type, '.'))[array_length(string_to_array(j.type, '.'), 1) - 1] AS kind,
       j.actor, (SELECT a.name FROM agent a WHERE a.tenant_id = $1 AND j.actor = 'agent:' || a.agent_id) AS name, j.time AS at
     FROM journal j WHERE j.tenant_id = $1 AND j.topic = 'tickets' AND j.aggregate_id = $2::text AND j.agg_seq > $3
     ORDER BY j.agg_seq LIMIT 500`,
    [by.tenant, id, since],
  );
  const items = rows.map(({ actor, name, ...row }) => ({ ...row, by: { actor, name } }));
  const reply = items.findLast(({ kind, by: { actor } }) => kind === 'agent-replied' && actor !== by.actor);
  const [ticket] = await tx.query<{ sequence: number }>(
    'SELECT sequence FROM ticket WHERE tenant_id = $1 AND id = $2',
    [by.tenant, id],
  );
  return { id, asOf: tx.now, sequence: ticket!.sequence, items, repliedSince: reply ?? null };
};
