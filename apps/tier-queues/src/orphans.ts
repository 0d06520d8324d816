import { catchingUp } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import type { OrphanKind } from './domain/mending.ts';
import { cursorValues, open, pageOf, type Listed, type Page } from './queries.ts';

/** An open ticket that nobody and nothing is going to move, and why. */
export type Orphan = { readonly tenant: string; readonly id: string; readonly kind: OrphanKind };

/** States in which the watchdog looks at a ticket; the words are those of its index. */
export const watched = `${open}, 'RESOLVED'`;

/** Milliseconds that a timer may be late before it counts as lost. */
export const patience = 60_000;

const late = `now() - $1 * interval '1 ms'`;

/** No hold can be asked for that is longer than any limit. */
const longestHold = '3651 days';

/**
 * What is wrong with the tickets of this FROM item, the first thing that applies: neither queue nor owner; on hold
 * without a wake-up; a deadline that passed unnoticed; timers that are not as its state wants them. $1 is
 * the patience; `spared` is the condition under which a ticket may wait for its route however long. Timers are read
 * ticket by ticket: whatever statistics say, no plan compares all tickets with all timers.
 */
const orphansAmong = (tickets: string, spared = 'false'): string => `
  SELECT tenant_id AS tenant, id, kind FROM (
    SELECT t.tenant_id, t.id, CASE
      WHEN t.state IN (${open}) AND t.owner IS NULL AND (
        (t.queue IS NULL AND (m.unrouted IS NULL OR m.unrouted < ${late} AND NOT ${spared})) OR
        (t.queue IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.tenant_id = t.tenant_id AND q.queue = t.queue))
      ) THEN 'no-queue'
      WHEN t.state = 'PENDING' AND (m.wakes IS NULL OR m.wakes < ${late} OR
        m.wakes > now() + interval '${longestHold}') THEN 'no-wake-up'
      WHEN t.state IN (${open}) AND m.breaches < ${late} THEN 'unanswered'
      WHEN m.armed <> t.timers OR t.next_at IS NULL OR m.first > t.next_at + interval '1 min'
        OR m.others < ${late} OR m.unrouted < ${late} AND NOT ${spared} THEN 'no-deadline'
    END AS kind
    FROM ${tickets} t CROSS JOIN LATERAL (
      SELECT count(*) AS armed, min(due) AS first, min(due) FILTER (WHERE kind = 'breach') AS breaches,
        min(due) FILTER (WHERE kind = 'unrouted') AS unrouted, min(due) FILTER (WHERE kind <> 'unrouted') AS others,
        max(due) FILTER (WHERE kind = 'wake-up') AS wakes
      FROM timer WHERE tenant_id = t.tenant_id AND ticket_id = t.id
    ) m
  ) seen WHERE kind IS NOT NULL`;

const columns = 'tenant_id, id, state, queue, owner, timers, next_at';

/** A ticket in the order in which the watchdog looks at them. */
export type Place = { readonly tenant: string; readonly id: string };

/** What one look saw. */
export type Looked = { readonly seen: number; readonly last: Place | null; readonly orphans: readonly Orphan[] };

/** Tickets looked at in one statement: it takes some milliseconds, which those who work meanwhile may have to wait. */
export const slice = 500;

const isWatched = `state IN (${watched})`;

/**
 * One pass over a slice of all tickets, and one over the timers of the same range in the order of their index: a third of
 * what `orphansAmong` takes. A suspect is a ticket of which that might find something. The slice is asked for in order,
 * with a limit: for a mere range of keys the planner would take any index that begins with the tenant.
 */
const suspects = `
  WITH slice AS MATERIALIZED (
    SELECT ${columns} FROM ticket WHERE ${isWatched} AND (tenant_id, id) > ($2, $3::uuid)
    ORDER BY tenant_id, id LIMIT ${slice}
  ), last AS MATERIALIZED (SELECT tenant_id, id FROM slice ORDER BY tenant_id DESC, id DESC LIMIT 1)
  SELECT count(*)::int AS seen, (SELECT jsonb_build_object('tenant', tenant_id, 'id', id) FROM last) AS last,
    coalesce(jsonb_agg(jsonb_build_object('tenant', t.tenant_id, 'id', t.id)) FILTER (WHERE
      t.state IN (${open}) AND t.owner IS NULL
        AND (t.queue IS NULL OR (t.tenant_id, t.queue) NOT IN (SELECT tenant_id, queue FROM queue))
      OR t.state = 'PENDING' AND (m.wakes IS NULL OR m.wakes > now() + interval '${longestHold}')
      OR m.armed IS DISTINCT FROM t.timers OR t.next_at IS NULL OR m.first > t.next_at + interval '1 min'
      OR m.first < ${late}), '[]') AS suspects
  FROM slice t LEFT JOIN (
    SELECT tenant_id, ticket_id, count(*) AS armed, min(due) AS first, max(due) FILTER (WHERE kind = 'wake-up') AS wakes
    FROM timer WHERE (tenant_id, ticket_id) > ($2, $3::uuid) AND (tenant_id, ticket_id) <= (SELECT tenant_id, id FROM last)
    GROUP BY tenant_id, ticket_id
  ) m ON m.tenant_id = t.tenant_id AND m.ticket_id = t.id`;

const keysOf = (places: readonly Place[]) => [places.map(({ tenant }) => tenant), places.map(({ id }) => id)];

const named = 'unnest($2::text[], $3::uuid[]) AS o(tenant_id, id)';

/** The orphans among these tickets, of which $2 and $3 are the keys. */
const orphansNamed = orphansAmong(
  `(SELECT ${columns} FROM ticket JOIN ${named} USING (tenant_id, id) WHERE ${isWatched})`,
  catchingUp,
);

/**
 * Looks at the tickets after a place, a slice of them: how many there were, the last one, and the orphans among them.
 * For a transaction that plans by key.
 */
export const look = async (tx: Transaction, after: Place | null, patient: number): Promise<Looked> => {
  // However many timers the planner takes a range for: compared one by one they would be all with all.
  tx.write(`SELECT set_config('enable_nestloop', 'off', true), set_config('enable_bitmapscan', 'off', true)`);
  const [looked] = await tx.query<{ seen: number; last: Place | null; suspects: readonly Place[] }>(suspects, [
    patient,
    after?.tenant ?? '',
    after?.id ?? '00000000-0000-0000-0000-000000000000',
  ]);
  const { seen, last, suspects: suspected } = looked!;
  if (suspected.length === 0) return { seen, last, orphans: [] };
  tx.write(`SELECT set_config('enable_nestloop', 'on', true)`);
  return { seen, last, orphans: await tx.query<Orphan>(orphansNamed, [patient, ...keysOf(suspected)]) };
};

/** Those that are orphans still, each locked; the ones that somebody has in hand are left for the next round. */
export const lockOrphans = async (
  tx: Transaction,
  orphans: readonly Orphan[],
  patient: number,
): Promise<readonly Orphan[]> => {
  const locked = await tx.query<Place>(
    `SELECT t.tenant_id AS tenant, t.id FROM ticket t
     JOIN unnest($1::text[], $2::uuid[]) AS o(tenant_id, id) USING (tenant_id, id) ORDER BY t.id FOR UPDATE OF t SKIP LOCKED`,
    keysOf(orphans),
  );
  // Looked at again in a statement of its own: what the one before waited for is done by now.
  return tx.query<Orphan>(orphansNamed, [patient, ...keysOf(locked)]);
};

/** A row of the table of timers. */
export type TimerRow = { readonly ticketId: string; readonly row: unknown };

/** Takes their timers away, so that saving the tickets arms all anew; gives what they were. */
export const disarm = (tx: Transaction, orphans: readonly Orphan[]): Promise<readonly TimerRow[]> =>
  tx.query<TimerRow>(
    `DELETE FROM timer USING unnest($1::text[], $2::uuid[]) AS o(tenant_id, id)
     WHERE timer.tenant_id = o.tenant_id AND timer.ticket_id = o.id 
     RETURNING timer.ticket_id AS "ticketId", to_jsonb(timer.*) AS row`,
    keysOf(orphans),
  );

/** Puts timers back as they were. */
export const rearm = (tx: Transaction, timers: readonly TimerRow[]): Promise<unknown> =>
  tx.query('INSERT INTO timer SELECT * FROM jsonb_populate_recordset(NULL::timer, $1::jsonb)', [
    JSON.stringify(timers.map(({ row }) => row)),
  ]);

/** Notes what could not be mended: who counts finds it without looking at every ticket. */
export const noteUnmended = (tx: Transaction, orphans: readonly Orphan[]): Promise<unknown> =>
  tx.query(
    `INSERT INTO unmended (tenant_id, ticket_id, seen_at) SELECT o.*, now() FROM unnest($1::text[], $2::uuid[]) AS o
     ON CONFLICT (tenant_id, ticket_id) DO UPDATE SET seen_at = excluded.seen_at`,
    keysOf(orphans),
  );

/**
 * The tenant's orphans at this moment, of those tickets that an index finds: without a queue, with a timer that is late,
 * and what the watchdog saw last. $1 is the patience, $2 the tenant. To compare each ticket with its timers is the
 * watchdog's: for a million it takes PostgreSQL eight seconds.
 */
const ofTenant = orphansAmong(`(
  SELECT ${columns} FROM ticket WHERE tenant_id = $2 AND ${isWatched} AND id IN (
    SELECT ticket_id FROM unmended WHERE tenant_id = $2
    UNION SELECT id FROM ticket WHERE tenant_id = $2 AND state IN (${open}) AND queue IS NULL
    UNION SELECT ticket_id FROM timer WHERE tenant_id = $2 AND next_try < ${late}
    UNION SELECT ticket_id FROM timer WHERE tenant_id = $2 AND failures > 0 AND due < ${late}))`);

/** How many orphans the tenant has now. */
export const countOrphans = async (
  tx: Transaction,
  tenant: string,
  queues: readonly string[] | null = null,
): Promise<number> => {
  const inQueues = `JOIN ticket t ON t.tenant_id = o.tenant AND t.id = o.id WHERE t.queue = ANY($3::text[])`;
  const [row] = await tx.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (${ofTenant}) o ${queues === null ? '' : inQueues}`,
    queues === null ? [patience, tenant] : [patience, tenant, queues],
  );
  return row!.n;
};

/** An orphan as a lead sees it. */
export type OrphanRow = { id: string; number: number; reference: string; subject: string; kind: OrphanKind };

/** The tenant's orphans of this moment: how many, and the first of them, those of the oldest tickets first. */
export const orphansNow = async (
  tx: Transaction,
  tenant: string,
  most: number,
): Promise<{ count: number; items: readonly OrphanRow[] }> => {
  const rows = await tx.query<OrphanRow & { total: number }>(
    `SELECT t.id, t.number::float8 AS number, 'T-' || t.number AS reference, t.subject, o.kind,
       (count(*) OVER ())::int AS total
     FROM (${ofTenant}) o JOIN ticket t ON t.tenant_id = o.tenant AND t.id = o.id ORDER BY t.opened_at, t.id LIMIT $3`,
    [patience, tenant, most],
  );
  return { count: rows[0]?.total ?? 0, items: rows.map(({ total: _, ...row }) => row) };
};

/** An orphan that was mended. */
export type MendedRow = {
  position: string;
  at: Date;
  ticketId: string;
  reference: string;
  kind: OrphanKind | 'unaccounted';
  repair: string;
};

/** SQL condition on `e`: the entry tells of an orphan that was mended; the words are those of its index. */
export const isMended = `e.kind IN ('orphan-detected', 'inbound-unaccounted')`;

/** What was found and mended, newest first. */
export const mendedOrphans = async (
  tx: Transaction,
  tenant: string,
  { limit, after }: Page,
): Promise<Listed<Omit<MendedRow, 'position'>>> => {
  const [before] = after === undefined ? [null] : cursorValues(after, [/^\d{1,18}$/]);
  const rows = await tx.query<MendedRow>(
    `SELECT e.position::text AS position, e.at, e.ticket_id AS "ticketId", 'T-' || t.number AS reference,
       coalesce(e.data->>'kind', 'unaccounted') AS kind, coalesce(e.data->>'repair', 'told-again') AS repair
     FROM entry e JOIN ticket t ON t.tenant_id = e.tenant_id AND t.id = e.ticket_id
     WHERE e.tenant_id = $1 AND ${isMended} AND e.position < coalesce($2::bigint, 9223372036854775807)
     ORDER BY e.position DESC LIMIT $3`,
    [tenant, before, limit + 1],
  );
  const { items, next } = pageOf(rows, limit, ({ position }) => [position]);
  return { items: items.map(({ position: _, ...item }) => item), next };
};

/** The last round over all tickets, of all tenants. */
export type Round = { endedAt: Date; tickets: number; found: number; mended: number };

export const lastRoundQuery = `SELECT ended_at AS "endedAt", tickets::float8 AS tickets, found, mended FROM watchdog
  WHERE ended_at IS NOT NULL`;
