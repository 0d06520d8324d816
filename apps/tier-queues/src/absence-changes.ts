import type { Caller } from '@tierline/auth';
import { AbsencesSaid, isSame, type Actor, type Away } from '@tierline/contracts';
import { append, originOf, type Entry } from '@tierline/messaging';
import type { Transaction } from '@tierline/persistence';
import { cursorValues, pageOf, type Listed, type Page } from './queries.ts';

type Said = {
  readonly personId: string;
  readonly saidBy: Actor;
  readonly items: readonly Away[];
  readonly sequence: number;
};

const entryOf = (by: Caller, { sequence, items, ...said }: Said): Entry => ({
  ...originOf(by),
  subject: `${by.tenant}/said-absence/${said.personId}`,
  sequence,
  fact: AbsencesSaid({ ...said, items: [...items] }),
});

/**
 * Keeps what is said of somebody's absences in place of what was, notes who changed it, and publishes it; nothing when
 * it says the same. The desk has to be locked.
 */
export const keepSaid = async (
  tx: Transaction,
  by: Caller,
  personId: string,
  items: readonly Away[],
): Promise<boolean> => {
  const [there] = await tx.query<{ said: Away[] }>(
    'SELECT said FROM own_absence WHERE tenant_id = $1 AND person_id = $2',
    [by.tenant, personId],
  );
  const before = there?.said ?? [];
  if (isSame(before, items)) return false;
  const [kept] = await tx.query<{ sequence: number }>(
    `WITH noted AS (
       INSERT INTO absence_change (tenant_id, person_id, at, by, before, after) VALUES ($1, $2, $5, $4, $6::jsonb, $3::jsonb)
     )
     INSERT INTO own_absence AS o (tenant_id, person_id, said, said_by, said_at, sequence)
     VALUES ($1, $2, $3::jsonb, $4, $5, 1)
     ON CONFLICT (tenant_id, person_id) DO UPDATE SET said = excluded.said, said_by = excluded.said_by,
       said_at = excluded.said_at, sequence = o.sequence + 1
     RETURNING sequence`,
    [by.tenant, personId, JSON.stringify(items), by.actor, tx.now, JSON.stringify(before)],
  );
  await append(tx, [entryOf(by, { personId, saidBy: by.actor, items, sequence: kept!.sequence })]);
  return true;
};

/** Publishes all that is said of absences again, as it is; gives how many events that makes. The desk has to be locked. */
export const republishSaid = async (tx: Transaction, by: Caller): Promise<number> => {
  const said = await tx.query<Said>(
    `WITH told AS (
       UPDATE own_absence SET sequence = sequence + 1 WHERE tenant_id = $1 RETURNING person_id, said_by, said, sequence
     ) SELECT person_id AS "personId", said_by AS "saidBy", said AS items, sequence FROM told ORDER BY 1`,
    [by.tenant],
  );
  await append(
    tx,
    said.map((one) => entryOf(by, one)),
  );
  return said.length;
};

/** A change of what is said of somebody's absences: who made it, and what it said before and after. */
export type AbsenceChange = { at: Date; by: string; personId: string; before: Away[]; after: Away[] };

/** The changes of what people said of absences, newest first; of one person, where one is named. */
export const absenceChanges = async (
  tx: Transaction,
  tenant: string,
  person: string | null,
  { limit, after }: Page,
): Promise<Listed<AbsenceChange>> => {
  const [before] = after === undefined ? [null] : cursorValues(after, [/^\d{1,18}$/]);
  const rows = await tx.query<AbsenceChange & { position: string }>(
    `SELECT position::text AS position, at, by, person_id AS "personId", before, after FROM absence_change
     WHERE tenant_id = $1 AND ($2::text IS NULL OR person_id = $2)
       AND position < coalesce($3::bigint, 9223372036854775807)
     ORDER BY absence_change.position DESC LIMIT $4`,
    [tenant, person, before, limit + 1],
  );
  const { items, next } = pageOf(rows, limit, ({ position }) => [position]);
  return { items: items.map(({ position: _, ...item }) => item), next };
};
