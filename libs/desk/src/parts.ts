import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';

/** Tells one part of a desk from all others. */
export type PartKey = { readonly kind: string; readonly id: string };

/** A part as it is kept: whole, with the number of its edition. */
export type KeptPart = PartKey & { readonly edition: number; readonly body: unknown };

/** A part that changes; without a body it goes. */
export type PartChange = PartKey & { readonly body: object | null };

/**
 * Locks the desk of a tenant against other changes, and makes an empty one where there is none; gives the number of
 * its latest version, 0 before the first.
 */
export const lockDesk = async (tx: Transaction, tenant: string): Promise<number> => {
  await tx.query('INSERT INTO desk (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING', [tenant]);
  const [row] = await tx.query<{ number: number }>('SELECT number FROM desk WHERE tenant_id = $1 FOR UPDATE', [tenant]);
  return row!.number;
};

/** The number of the latest version of the desk, 0 before the first. */
export const deskNumber = async (tx: Transaction, tenant: string): Promise<number> => {
  const [row] = await tx.query<{ number: number }>('SELECT number FROM desk WHERE tenant_id = $1', [tenant]);
  return row?.number ?? 0;
};

/** Refuses a change of a desk that has another version than the one that its author saw. */
export const refuseUnlessSeen = (expected: number | undefined, number: number): void => {
  if (expected === undefined || expected === number) return;
  throw new DomainError(
    'changed_meanwhile',
    `You looked at version ${expected} of the desk; it is at version ${number} now. Look again, then decide.`,
    'conflict',
    { conflict: { expected, sequence: number } },
  );
};

/** The parts of the desk, of one kind those alone that are named. */
export const readParts = (
  tx: Transaction,
  tenant: string,
  only?: { readonly kind: string; readonly ids: readonly string[] },
): Promise<KeptPart[]> =>
  tx.query<KeptPart>(
    `SELECT kind, id, sequence AS edition, body FROM desk_part
     WHERE tenant_id = $1 AND body IS NOT NULL AND ($2::text IS NULL OR kind <> $2 OR id = ANY($3::text[]))
     ORDER BY kind, id`,
    [tenant, only?.kind ?? null, only?.ids ?? []],
  );

/** Where a part stands: a part that was removed and comes back goes on counting. */
export type Edition = {
  /** 1, 2, 3 … with each change. */
  readonly edition: number;
  /** The place of the latest event about it, among all events about it: those that told it again count, too. */
  readonly sequence: number;
};

/** Where each saved part stands now. */
export type Editions = (key: PartKey) => Edition;

/** A part that is told to everybody; without a body: that it is gone. */
export type ToldPart = PartChange & Edition;

/** Saves the changes of parts, in one statement. The desk has to be locked. */
export const saveParts = async (tx: Transaction, tenant: string, changes: readonly PartChange[]): Promise<Editions> => {
  const saved = await tx.query<PartKey & Edition>(
    `INSERT INTO desk_part AS p (tenant_id, kind, id, sequence, body)
     SELECT $1, kind, id, 1, nullif(body, 'null') FROM jsonb_to_recordset($2::jsonb) AS r(kind text, id text, body jsonb)
     ON CONFLICT (tenant_id, kind, id) DO UPDATE SET body = excluded.body, sequence = p.sequence + 1
     RETURNING kind, id, sequence AS edition, sequence + repeated AS sequence`,
    [tenant, JSON.stringify(changes)],
  );
  const editions = new Map(saved.map(({ kind, id, ...edition }) => [`${kind}/${id}`, edition]));
  return ({ kind, id }) => {
    const edition = editions.get(`${kind}/${id}`);
    if (edition === undefined) throw new Error(`${kind} ${id} was not saved`);
    return edition;
  };
};

/**
 * Gives all parts of these kinds, those that are gone too, the place of one more event about each, in the order of the
 * kinds. Their editions stay: nothing has changed. The desk has to be locked.
 */
export const repeatParts = async (
  tx: Transaction,
  tenant: string,
  kinds: readonly string[],
): Promise<readonly ToldPart[]> => {
  const parts = await tx.query<ToldPart>(
    `UPDATE desk_part SET repeated = repeated + 1 WHERE tenant_id = $1 AND kind = ANY($2::text[])
     RETURNING kind, id, body, sequence AS edition, sequence + repeated AS sequence`,
    [tenant, kinds],
  );
  const rowsOf = (wanted: string) => parts.filter(({ kind }) => kind === wanted);
  return kinds.flatMap((kind) => rowsOf(kind).toSorted((one, other) => (one.id < other.id ? -1 : 1)));
};

/** Gives the desk a new version: what is kept of it in memory is out of date from the commit on. */
export const renewDesk = async (tx: Transaction, tenants: readonly string[]): Promise<void> => {
  await tx.query(
    `INSERT INTO desk (tenant_id) SELECT DISTINCT unnest($1::text[]) AS tenant_id ORDER BY 1
     ON CONFLICT (tenant_id) DO UPDATE SET version = gen_random_uuid()`,
    [tenants],
  );
};
