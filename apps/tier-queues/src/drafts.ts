import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Database, Transaction } from '@tierline/persistence';

/** What is being written. */
export const draftKinds = [
  'reply',
  'note',
  'hand-over',
  'return',
  'transfer',
  'hold',
  'resolve',
  'phone',
  'portal',
  'admin',
] as const;
export type DraftKind = (typeof draftKinds)[number];

/** Which draft of a person: of a ticket, or (`new`) of one that is not opened yet. */
export type DraftKey = { readonly ticket: string; readonly kind: DraftKind };

export type Draft = DraftKey & {
  /** Grows with each saving, over all drafts: a later one always has a higher version. */
  version: number;
  /** Where it was written, as that device calls itself. */
  device: string | null;
  content: unknown;
  changedAt: Date;
};

/** A draft that was sent or thrown away, and can be had back. */
export type RemovedDraft = Draft & { id: string; cause: 'sent' | 'discarded' | 'replaced'; removedAt: Date };

type Stored<D> = Omit<D, 'content'> & { content: string };

/** Longest content, in bytes of its JSON. */
export const largestDraft = 256 * 1_024;
const mostDrafts = 1_000;
const keptHours = 24;

const columns = `ticket, kind, version::float8 AS version, device, content, changed_at AS "changedAt"`;

const opened = <D extends { content: unknown }>(row: Stored<D>): D =>
  ({ ...row, content: JSON.parse(row.content) as unknown }) as unknown as D;

const draftAbsent = () => new DomainError('draft_absent', 'There is no such draft.', 'absent');

const tooLarge = (bytes: number) => {
  const message = `is ${bytes} bytes long as JSON; ${largestDraft} fit`;
  return new DomainError('draft_too_large', `content: ${message}.`, 'refused', {
    fields: [{ path: 'content', message }],
  });
};

const keyOf = (by: Caller, { ticket, kind }: DraftKey) => [by.tenant, by.subject, ticket, kind];
const ofKey = 'tenant_id = $1 AND person_id = $2 AND ticket = $3 AND kind = $4';

/** The caller's drafts, the latest first; null: every ticket's. */
export const draftsOf = async (tx: Transaction, by: Caller, ticket: string | null): Promise<Draft[]> => {
  const rows = await tx.query<Stored<Draft>>(
    `SELECT ${columns} FROM draft WHERE tenant_id = $1 AND person_id = $2 AND ($3::text IS NULL OR ticket = $3)
     ORDER BY version DESC`,
    [by.tenant, by.subject, ticket],
  );
  return rows.map((row) => opened<Draft>(row));
};

/** One draft of the caller. Throws `draft_absent`. */
export const draftOf = async (tx: Transaction, by: Caller, key: DraftKey): Promise<Draft> => {
  const [row] = await tx.query<Stored<Draft>>(`SELECT ${columns} FROM draft WHERE ${ofKey}`, keyOf(by, key));
  if (!row) throw draftAbsent();
  return opened<Draft>(row);
};

/** Moves the draft to those that can be had back, if it is there. */
const setAside = (tx: Transaction, by: Caller, key: DraftKey, cause: RemovedDraft['cause']) =>
  tx.query(
    `WITH gone AS (DELETE FROM draft WHERE ${ofKey} RETURNING *)
     INSERT INTO removed_draft (tenant_id, person_id, id, ticket, kind, version, device, content, changed_at, cause, removed_at)
     SELECT tenant_id, person_id, gen_random_uuid(), ticket, kind, version, device, content, changed_at, $5, $6 FROM gone
     RETURNING id`,
    [...keyOf(by, key), cause, tx.now],
  );

const write = (tx: Transaction, by: Caller, key: DraftKey, { device, json }: { device: string | null; json: string }) =>
  tx.query<Stored<Draft>>(
    `INSERT INTO draft (tenant_id, person_id, ticket, kind, version, device, content, changed_at)
     VALUES ($1, $2, $3, $4, nextval('draft_version'), $5, $6, $7)
     ON CONFLICT (tenant_id, person_id, ticket, kind) DO UPDATE SET version = excluded.version,
       device = excluded.device, content = excluded.content, changed_at = excluded.changed_at
     RETURNING ${columns}`,
    [...keyOf(by, key), device, json, tx.now],
  );

/** Keeps a person's savings in order, so that each sees the one before. */
const lockDrafts = (tx: Transaction, by: Caller) =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('drafts ' || $1 || ' ' || $2, 0))`, [by.tenant, by.subject]);

const requireRoom = async (tx: Transaction, by: Caller): Promise<void> => {
  const [row] = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM draft WHERE tenant_id = $1 AND person_id = $2',
    [by.tenant, by.subject],
  );
  if (row!.n >= mostDrafts)
    throw new DomainError('too_many_drafts', `You have ${mostDrafts} drafts; send or delete one first.`);
};

type Written = { readonly content: unknown; readonly device?: string | undefined; readonly seen?: number | undefined };

/**
 * Saves the draft; the last one saved wins. `overwrote` is the draft that was there when it is not the one that the
 * writer had seen: another device's, which then can also be had back. Throws `draft_too_large`, `too_many_drafts`.
 */
export const putDraft = async (tx: Transaction, by: Caller, key: DraftKey, { content, device, seen }: Written) => {
  const json = JSON.stringify(content);
  const bytes = Buffer.byteLength(json);
  if (bytes > largestDraft) throw tooLarge(bytes);
  await lockDrafts(tx, by);
  const [row] = await tx.query<Stored<Draft>>(`SELECT ${columns} FROM draft WHERE ${ofKey}`, keyOf(by, key));
  if (!row) await requireRoom(tx, by);
  const foreign = row && row.version !== seen && row.content !== json ? opened<Draft>(row) : null;
  if (foreign) await setAside(tx, by, key, 'replaced');
  const [written] = await write(tx, by, key, { device: device ?? null, json });
  const { ticket, kind, version, changedAt } = written!;
  return { ticket, kind, version, changedAt, overwrote: foreign };
};

/** Takes the draft away because it was sent or thrown away. Throws `draft_absent`. */
export const removeDraft = async (tx: Transaction, by: Caller, key: DraftKey, cause: 'sent' | 'discarded') => {
  await lockDrafts(tx, by);
  const [row] = (await setAside(tx, by, key, cause)) as { id: string }[];
  if (!row) throw draftAbsent();
  return { id: row.id, ...key, cause, recoverableForHours: keptHours };
};

const recoverable = `removed_at > now() - interval '${keptHours} hours'`;

/** What the caller can have back, the latest first; null: of every ticket. */
export const removedDraftsOf = async (tx: Transaction, by: Caller, ticket: string | null): Promise<RemovedDraft[]> => {
  const rows = await tx.query<Stored<RemovedDraft>>(
    `SELECT id, ${columns}, cause, removed_at AS "removedAt" FROM removed_draft
     WHERE tenant_id = $1 AND person_id = $2 AND ($3::text IS NULL OR ticket = $3) AND ${recoverable}
     ORDER BY removed_at DESC, version DESC LIMIT 200`,
    [by.tenant, by.subject, ticket],
  );
  return rows.map((row) => opened<RemovedDraft>(row));
};

/** Gives a removed draft back; one that was begun since is set aside in its turn. Throws `draft_absent`. */
export const restoreDraft = async (tx: Transaction, by: Caller, id: string): Promise<Draft> => {
  await lockDrafts(tx, by);
  const [row] = await tx.query<Stored<RemovedDraft>>(
    `DELETE FROM removed_draft WHERE tenant_id = $1 AND person_id = $2 AND id = $3 AND ${recoverable} RETURNING ${columns}`,
    [by.tenant, by.subject, id],
  );
  if (!row) throw draftAbsent();
  const { ticket, kind, device, content: json } = row;
  await setAside(tx, by, { ticket, kind }, 'replaced');
  const [written] = await write(tx, by, { ticket, kind }, { device, json });
  return opened<Draft>(written!);
};

/** Forgets, of all tenants, what cannot be had back any more. */
export const forgetDrafts = (database: Database) =>
  database.query(`DELETE FROM removed_draft WHERE NOT (${recoverable})`);
