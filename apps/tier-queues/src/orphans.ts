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

/** Looks at up to so many tickets after a place: how many there were, the last one, and the orphans among them. */
export const look = async (tx: Transaction, after: Place | null, most: number, patient: number): Promise<Looked> => {
  // While statistics lag behind, the planner would read and sort all tickets for each slice instead of following the index.
  await tx.query('SET LOCAL enable_bitmapscan = off');
  const [looked] = await tx.query<Looked>(
    `WITH slice AS MATERIALIZED (
       SELECT ${columns} FROM ticket WHERE state IN (${watched}) AND (tenant_id, id) > ($2, $3::uuid)
       ORDER BY tenant_id, id LIMIT $4
     ), orphan AS (${orphansAmong('slice', catchingUp)})
     SELECT (SELECT count(*)::int FROM slice) AS seen,
       (SELECT jsonb_build_object('tenant', tenant_id, 'id', id) FROM slice ORDER BY tenant_id DESC, id DESC LIMIT 1)
         AS last,
       (SELECT coalesce(jsonb_agg(orphan), '[]') FROM orphan) AS orphans`,
    [patient, after?.tenant ?? '', after?.id ?? '00000000-0000-0000-0000-000000000000', most],
  );
  return looked!;
};

const named = 'unnest($2::text[], $3::uuid[]) AS o(tenant_id, id)';

/** Those that are orphans still, each locked; the ones that somebody has in hand are left for the next round. */
export const lockOrphans = async (
  tx: Transaction,
  orphans: readonly Orphan[],
  patient: number,
): Promise<readonly Orphan[]> => {
  const keys = [orphans.map(({ tenant }) => tenant), orphans.map(({ id }) => id)];
  const locked = await tx.query<Place>(
    `SELECT t.tenant_id AS tenant, t.id FROM ticket t
     JOIN unnest($1::text[], $2::uuid[]) AS o(tenant_id, id) USING (tenant_id, id) ORDER BY t.id FOR UPDATE OF t SKIP LOCKED`,
    keys,
  );
  // Looked at again in a statement of its own: what the one before waited for is done by now.
  return tx.query<Orphan>(
    orphansAmong(
      `(SELECT ${columns} FROM ticket JOIN ${named} USING (tenant_id, id) WHERE state IN (${watched}))`,
      catchingUp,
    ),
    [patient, locked.map(({ tenant }) => tenant), locked.map(({ id }) => id)],
  );
};

/** A row of the table of timers. */
export type TimerRow = { readonly ticketId: string; readonly row: unknown };

/** Takes their timers away, so that saving the tickets arms all anew; gives what they were. */
export const disarm = (tx: Transaction, orphans: readonly Orphan[]): Promise<readonly TimerRow[]> =>
  tx.query<TimerRow>(
    `DELETE FROM timer USING unnest($1::text[], $2::uuid[]) AS o(tenant_id, id)
     WHERE timer.tenant_id = o.tenant_id AND timer.ticket_id = o.id 
     RETURNING timer.ticket_id AS "ticketId", to_jsonb(timer.*) AS row`,
    [orphans.map(({ tenant }) => tenant), orphans.map(({ id }) => id)],
  );

/** Puts timers back as they were. */
export const rearm = (tx: Transaction, timers: readonly TimerRow[]): Promise<unknown> =>
  tx.query('INSERT INTO timer SELECT * FROM jsonb_populate_recordset(NULL::timer, $1::jsonb)', [
    JSON.stringify(timers.map(({ row }) => row)),
  ]);

const ofTenant = orphansAmong(`(SELECT ${columns} FROM ticket WHERE tenant_id = $2 AND state IN (${watched}))`);

/** The tenant's orphans, counted now. */
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
