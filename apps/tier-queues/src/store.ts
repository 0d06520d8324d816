import { isForRequesters, kindOfEvent } from '@tierline/contracts';
import type { Change, Folded, Loaded, Store } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { saveBeside } from './beside-rows.ts';
import { isActive } from './domain/clocks/clock.ts';
import type { Desk } from './domain/desk.ts';
import { laneOf } from './domain/needs.ts';
import { awaitedRoute, type KnownTicket, type Ticket } from './domain/ticket.ts';
import { timersOf, type Timer } from './domain/timers.ts';

/** The desk of a tenant as the work in this transaction sees it. */
export type DeskOf = (tenant: string) => Pick<Desk, 'limits' | 'book' | 'tiers' | 'queues'>;

export type KnownChange = Change<Ticket> & { readonly state: KnownTicket };

type Kept = Pick<KnownChange, 'tenant' | 'id' | 'state'>;
/** A ticket with the timers that it wants. */
type Armed<T extends Kept = KnownChange> = { readonly change: T; readonly timers: readonly Timer[] };

const isKnown = (change: Change<Ticket>): change is KnownChange => change.state.state !== 'ABSENT';

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

/** The running clock that is due first; `infinity` stands for none, so that lists can be paged by it. */
const soonest = ({ clocks }: KnownTicket) => {
  const [first] = clocks
    .filter((clock) => isActive(clock) && clock.due !== null)
    .sort((one, other) => Date.parse(one.due!) - Date.parse(other.due!));
  return { due_at: first?.due ?? 'infinity', due_clock: first?.kind ?? null };
};

const earliest = (timers: readonly Timer[]): string | null => {
  const [first] = timers.map(({ due }) => due).sort((one, other) => Date.parse(one) - Date.parse(other));
  return first ?? null;
};

const rowOf = ({ change: { tenant, id, sequence, state }, timers }: Armed) => ({
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
  lane: laneOf(state.needs, state.place?.queue ?? null),
  assignment: state.needs && state.needs.queue === state.place?.queue ? state.needs.assignment : null,
  ...soonest(state),
  late: [...new Set(state.clocks.flatMap(({ kind, breached }) => (breached === null ? [] : [kind])))],
  timers: timers.length,
  next_at: earliest(timers),
  body: state,
});

const saveTickets = (tx: Transaction, armed: readonly Armed[]): void =>
  tx.write(
    `INSERT INTO ticket (tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
       team, owner, last_owner, opened_at, queued_at, lane, assignment, due_at, due_clock, late, timers, next_at, changed_at, body)
     SELECT tenant_id, id, sequence, number, subject, requester_id, state, priority, tier, rank, queue,
       team, owner, last_owner, opened_at, queued_at, lane, assignment, due_at, due_clock, late, timers, next_at, $2::timestamptz, body
     FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, id uuid, sequence int, number bigint, subject text,
       requester_id text, state text, priority text, tier text, rank int, queue text, team text, owner text,
       last_owner text, opened_at timestamptz, queued_at timestamptz, lane text, assignment text, due_at timestamptz, due_clock text, late text[],
       timers int, next_at timestamptz, body jsonb)
     ON CONFLICT (tenant_id, id) DO UPDATE SET sequence = excluded.sequence, state = excluded.state,
       priority = excluded.priority, tier = excluded.tier, rank = excluded.rank, queue = excluded.queue,
       team = excluded.team, owner = excluded.owner, last_owner = excluded.last_owner,
       queued_at = excluded.queued_at, lane = excluded.lane, assignment = excluded.assignment, due_at = excluded.due_at, due_clock = excluded.due_clock, late = excluded.late,
       timers = excluded.timers, next_at = excluded.next_at, changed_at = excluded.changed_at, body = excluded.body`,
    [JSON.stringify(armed.map(rowOf)), tx.now],
  );

const entriesOf = ({ tenant, id, folded }: KnownChange) =>
  folded.map(({ fact, at, actor }: Folded) => {
    const kind = kindOfEvent(fact.type);
    return { tenant_id: tenant, ticket_id: id, at, kind, actor, public: isForRequesters(kind), data: fact.data };
  });

const saveEntries = (tx: Transaction, changes: readonly KnownChange[]): void => {
  const entries = changes.flatMap(entriesOf).map((entry, nth) => ({ ...entry, nth }));
  tx.write(
    `INSERT INTO entry (tenant_id, ticket_id, at, kind, actor, public, data)
     SELECT tenant_id, ticket_id, at, kind, actor, public, data
     FROM jsonb_to_recordset($1::jsonb) AS r(nth int, tenant_id text, ticket_id uuid, at timestamptz, kind text,
       actor text, public boolean, data jsonb)
     ORDER BY nth`,
    [JSON.stringify(entries)],
  );
};

const timerRows = ({ change: { tenant, id }, timers }: Armed<Kept>) =>
  timers.map((timer) => ({ tenant_id: tenant, ticket_id: id, ...timer }));

/** Arms the timers that the tickets want and takes away those that they do not; one that stays is not touched. */
const saveTimers = (tx: Transaction, armed: readonly Armed<Kept>[]): void =>
  tx.write(
    `WITH wanted AS (
       SELECT * FROM jsonb_to_recordset($1::jsonb)
         AS r(tenant_id text, ticket_id uuid, kind text, clock text, due timestamptz, generation bigint)
     ), unwanted AS (
       DELETE FROM timer t USING unnest($2::text[], $3::uuid[]) AS saved(tenant_id, ticket_id)
       WHERE t.tenant_id = saved.tenant_id AND t.ticket_id = saved.ticket_id AND NOT EXISTS (
         SELECT 1 FROM wanted w WHERE w.tenant_id = t.tenant_id AND w.ticket_id = t.ticket_id AND w.kind = t.kind
           AND w.clock = t.clock)
     )
     INSERT INTO timer AS t (tenant_id, ticket_id, kind, clock, due, generation, next_try)
     SELECT tenant_id, ticket_id, kind, clock, due, generation, due FROM wanted
     ON CONFLICT (tenant_id, ticket_id, kind, clock) DO UPDATE
       SET due = excluded.due, generation = excluded.generation, next_try = excluded.next_try, failures = 0
       WHERE t.generation <> excluded.generation`,
    [
      JSON.stringify(armed.flatMap(timerRows)),
      armed.map(({ change }) => change.tenant),
      armed.map(({ change }) => change.id),
    ],
  );

const acceptanceOf = (timers: readonly Timer[]): number | null =>
  timers.find(({ kind }) => kind === 'acceptance')?.generation ?? null;

/**
 * Arms the tickets anew whose acceptance falls due at another moment than it is armed for, since the desk changed. They
 * have to be locked; the others keep their timers, of which some are measured from when they were armed.
 */
export const renewAcceptance = async (tx: Transaction, tickets: readonly Kept[], deskOf: DeskOf): Promise<void> => {
  const armedFor = await tx.query<{ id: string; generation: number }>(
    `SELECT m.ticket_id AS id, m.generation::float8 AS generation FROM timer m
     JOIN unnest($1::text[], $2::uuid[]) AS t(tenant_id, ticket_id) USING (tenant_id, ticket_id)
     WHERE m.kind = 'acceptance'`,
    [tickets.map(({ tenant }) => tenant), tickets.map(({ id }) => id)],
  );
  const known = new Map(armedFor.map(({ id, generation }) => [id, generation]));
  const armed = tickets
    .map((change) => ({ change, timers: timersOf(change.state, deskOf(change.tenant), tx.now) }))
    .filter(({ change, timers }) => acceptanceOf(timers) !== (known.get(change.id) ?? null));
  if (armed.length === 0) return;
  const rows = armed.map(({ change: { tenant, id }, timers }) => {
    return { tenant_id: tenant, id, timers: timers.length, next_at: earliest(timers) };
  });
  saveTimers(tx, armed);
  tx.write(
    `UPDATE ticket t SET timers = r.timers, next_at = r.next_at
     FROM jsonb_to_recordset($1::jsonb) AS r(tenant_id text, id uuid, timers int, next_at timestamptz)
     WHERE t.tenant_id = r.tenant_id AND t.id = r.id`,
    [JSON.stringify(rows)],
  );
};

/** Tickets with their timeline and their timers; those that are locked already are not read again. */
export const ticketStore = (deskOf: DeskOf, locked: readonly Loaded<Ticket>[]): Store<Ticket> => ({
  load: async (tx, keys) => {
    const others = keys.filter((key) => !locked.some(({ tenant, id }) => key.id === id && key.tenant === tenant));
    return others.length > 0 ? [...locked, ...(await load(tx, others))] : locked;
  },
  save: async (tx, changes) => {
    const known = changes.filter(isKnown);
    if (known.length === 0) return;
    const armed = known.map((change) => ({ change, timers: timersOf(change.state, deskOf(change.tenant), tx.now) }));
    saveTickets(tx, armed);
    saveEntries(tx, known);
    saveTimers(tx, armed);
    saveBeside(tx, known);
  },
});
