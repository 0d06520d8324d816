import type { Change, Folded, Store } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { Limits } from './domain/desk.ts';
import { awaitedRoute, type KnownTicket, type Ticket } from './domain/ticket.ts';
import { timersOf } from './domain/timers.ts';

type KnownChange = Change<Ticket> & { readonly state: KnownTicket };

const isKnown = (change: Change<Ticket>): change is KnownChange => change.state.state !== 'ABSENT';

/** Kinds of entries that a requester may see; all others are the desk's own. */
const publicKinds = new Set([
  'opened',
  'requester-replied',
  'requester-confirmed',
  'requester-rejected',
  'agent-replied',
  'resolved',
  'reopened',
  'closed',
  'cancelled',
]);

/** `agent-replied` of `tierline.ticket.agent-replied.v1`. */
const kindOf = (type: string): string => type.split('.').at(-2) ?? type;

const load = async (tx: Transaction, keys: readonly { tenant: string; id: string }[]) => {
  const rows = await tx.query<{ tenant_id: string; id: string; sequence: number; body: KnownTicket }>(
    `SELECT tenant_id, id, sequence, body FROM ticket WHERE tenant_id = ANY($1::text[]) AND id = ANY($2::uuid[])
     ORDER BY id FOR UPDATE`,
    [[...new Set(keys.map(({ tenant }) => tenant))], keys.map(({ id }) => id)],
  );
  const wanted = new Set(keys.map(({ tenant, id }) => `${tenant}/${id}`));
  return rows
    .filter((row) => wanted.has(`${row.tenant_id}/${row.id}`))
    .map(({ tenant_id: tenant, id, sequence, body: state }) => ({ tenant, id, sequence, state }));
};

const rowOf = ({ tenant, id, sequence, state }: KnownChange) => ({
  tenant_id: tenant,
  id,
  sequence,
  number: state.number,
  subject: state.subject,
  requester_id: state.requesterId,
  state: state.state,
  priority: state.priority,
  // Between two tiers the ticket belongs to the one that it goes to.
  tier: state.place?.tier ?? awaitedRoute(state)?.tier ?? null,
  rank: state.place?.rank ?? null,
  queue: state.place?.queue ?? null,
  team: state.place?.team ?? null,
  owner: state.owner,
  last_owner: state.lastOwner,
  opened_at: state.openedAt,
  queued_at: state.queuedAt,
  body: state,
});

const saveTickets = (tx: Transaction, changes: readonly KnownChange[]) =>
  tx.query(
    `INSERT INTO ticket (tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
       team, owner, last_owner, opened_at, queued_at, changed_at, body)
     SELECT tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
       team, owner, last_owner, opened_at, queued_at, $2::timestamptz, body
     FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, id uuid, sequence int, number bigint, subject text,
       requester_id text, state text, priority text, tier text, rank int, queue text, team text, owner text,
       last_owner text, opened_at timestamptz, queued_at timestamptz, body jsonb)
     ON CONFLICT (tenant_id, id) DO UPDATE SET sequence = excluded.sequence, state = excluded.state,
       priority = excluded.priority, tier = excluded.tier, rank = excluded.rank, queue = excluded.queue,
       team = excluded.team, owner = excluded.owner, last_owner = excluded.last_owner,
       queued_at = excluded.queued_at, changed_at = excluded.changed_at, body = excluded.body`,
    [JSON.stringify(changes.map(rowOf)), tx.now],
  );

const entriesOf = ({ tenant, id, folded }: KnownChange) =>
  folded.map(({ fact, at, actor }: Folded) => {
    const kind = kindOf(fact.type);
    return { tenant_id: tenant, ticket_id: id, at, kind, actor, public: publicKinds.has(kind), data: fact.data };
  });

const saveEntries = (tx: Transaction, changes: readonly KnownChange[]) => {
  const entries = changes.flatMap(entriesOf).map((entry, nth) => ({ ...entry, nth }));
  return tx.query(
    `INSERT INTO entry (tenant_id, ticket_id, at, kind, actor, public, data)
     SELECT tenant_id, ticket_id, at, kind, actor, public, data
     FROM jsonb_to_recordset($1::jsonb) AS r(nth int, tenant_id text, ticket_id uuid, at timestamptz, kind text,
       actor text, public boolean, data jsonb)
     ORDER BY nth`,
    [JSON.stringify(entries)],
  );
};

/** Arms the timers that the states want and takes away those that they do not; one that stays is not touched. */
const saveTimers = (tx: Transaction, changes: readonly KnownChange[], limits: Limits) => {
  const timers = changes.flatMap(({ tenant, id, state }) =>
    timersOf(state, limits, tx.now).map((timer) => ({ tenant_id: tenant, ticket_id: id, ...timer })),
  );
  return tx.query(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS r(tenant_id text, ticket_id uuid, kind text, due timestamptz, generation int)
     ), unwanted AS (
       DELETE FROM timer t USING unnest($2::text[], $3::uuid[]) AS saved(tenant_id, ticket_id)
       WHERE t.tenant_id = saved.tenant_id AND t.ticket_id = saved.ticket_id AND NOT EXISTS (
         SELECT 1 FROM wanted w WHERE w.tenant_id = t.tenant_id AND w.ticket_id = t.ticket_id AND w.kind = t.kind)
     )
     INSERT INTO timer AS t (tenant_id, ticket_id, kind, due, generation, next_try)
     SELECT tenant_id, ticket_id, kind, due, generation, due FROM wanted
     ON CONFLICT (tenant_id, ticket_id, kind) DO UPDATE
       SET due = excluded.due, generation = excluded.generation, next_try = excluded.next_try, failures = 0
       WHERE t.generation <> excluded.generation`,
    [JSON.stringify(timers), changes.map(({ tenant }) => tenant), changes.map(({ id }) => id)],
  );
};

/** Tickets with their timeline and their timers. */
export const ticketStore = (limits: Limits): Store<Ticket> => ({
  load,
  save: async (tx, changes) => {
    const known = changes.filter(isKnown);
    if (known.length === 0) return;
    await saveTickets(tx, known);
    await saveEntries(tx, known);
    await saveTimers(tx, known, limits);
  },
});
