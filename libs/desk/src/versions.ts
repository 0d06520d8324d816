import { DomainError, deskDocument, readDesk, rewound, type DeskDifference, type DeskParts } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { z } from 'zod';
import { deskInvalid } from './draft.ts';
import { deskNumber } from './parts.ts';

/** Who changed a desk, and why. */
export type Author = { readonly tenant: string; readonly actor: string; readonly why: string | null };

/** One change of a desk. */
export type DeskVersion = {
  readonly number: number;
  readonly at: string;
  readonly by: string;
  readonly why: string | null;
  /** How many parts it changed. */
  readonly changes: number;
};

/** Notes a change as the next version of the desk, and gives its number. The desk has to be locked. */
export const noteVersion = async (
  tx: Transaction,
  { tenant, actor, why }: Author,
  differences: readonly DeskDifference[],
): Promise<number> => {
  const [row] = await tx.query<{ number: number }>(
    `WITH next AS (UPDATE desk SET number = number + 1 WHERE tenant_id = $1 RETURNING number)
     INSERT INTO desk_version (tenant_id, number, at, by, why, differences)
     SELECT $1, number, $2::timestamptz, $3, $4, $5::jsonb FROM next RETURNING number`,
    [tenant, tx.now, actor, why, JSON.stringify(differences)],
  );
  return row!.number;
};

type Row = { number: number; at: Date; by: string; why: string | null; changes: number };

const versionOf = ({ at, ...row }: Row): DeskVersion => ({ ...row, at: at.toISOString() });

const columns = 'number, at, by, why, jsonb_array_length(differences) AS changes';

/** Which page of the versions a request asks for. */
export const DeskVersionPage = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().positive().optional(),
  /** Those of before this moment. */
  before: z.iso.datetime().optional(),
});

export const DeskVersionNumber = z.coerce.number().int().positive().max(2_147_483_647);

/** A state of the desk by its version; 0 is the one before the first change. */
export const DeskStateNumber = z.coerce.number().int().nonnegative().max(2_147_483_647);

/** Why a desk goes back to an earlier version. */
export const DeskRevert = z
  .strictObject({ why: z.string().trim().min(1).max(900).optional() })
  .default({})
  .meta({ example: { why: 'The night partner is not ready.' } });

/** How the history names a change that goes back. */
export const revertNote = (number: number, why: string | undefined): string =>
  `Reverts to ${number}${why === undefined ? '' : `: ${why}`}`;

/** The versions of a desk, newest first; `after` is the number of the last one seen. */
export const deskVersions = async (
  tx: Transaction,
  tenant: string,
  { limit, after, before }: z.output<typeof DeskVersionPage>,
): Promise<{ items: DeskVersion[]; next: number | null }> => {
  const rows = await tx.query<Row>(
    `SELECT ${columns} FROM desk_version WHERE tenant_id = $1 AND ($2::int IS NULL OR number < $2)
       AND ($4::timestamptz IS NULL OR at < $4)
     ORDER BY number DESC LIMIT $3`,
    [tenant, after ?? null, limit + 1, before ?? null],
  );
  const items = rows.slice(0, limit).map(versionOf);
  return { items, next: rows.length > limit ? items.at(-1)!.number : null };
};

/** One version with what it changed. Throws `DomainError` `version_absent`. */
export const deskVersion = async (
  tx: Transaction,
  tenant: string,
  number: number,
): Promise<DeskVersion & { differences: readonly DeskDifference[] }> => {
  const [row] = await tx.query<Row & { differences: DeskDifference[] }>(
    `SELECT ${columns}, differences FROM desk_version WHERE tenant_id = $1 AND number = $2`,
    [tenant, number],
  );
  if (!row) throw new DomainError('version_absent', `The desk has no version ${number}.`, 'absent');
  const { differences, ...rest } = row;
  return { ...versionOf(rest), differences };
};

/** The changes of a desk after this version, the latest first. */
const changesAfter = (tx: Transaction, tenant: string, number: number) =>
  tx.query<{ differences: DeskDifference[] }>(
    'SELECT differences FROM desk_version WHERE tenant_id = $1 AND number > $2 ORDER BY number DESC',
    [tenant, number],
  );

/**
 * The parts as a document would name them that were there after this version, from those that are there now. Throws
 * `version_absent`, `version_inexact` where what is stored does not tell how they were, and `desk_invalid` where they
 * have a shape that no document has any more.
 */
export const partsAtVersion = async (
  tx: Transaction,
  tenant: string,
  number: number,
  now: DeskParts,
): Promise<DeskParts> => {
  const latest = await deskNumber(tx, tenant);
  if (number > latest) throw new DomainError('version_absent', `The desk has no version ${number}.`, 'absent');
  const changes = await changesAfter(tx, tenant, number);
  const { parts, unclear } = rewound(
    now,
    changes.map(({ differences }) => differences),
  );
  const fields = unclear.map(({ part, id, why }) => ({ path: `${part}.${id}`, message: why }));
  if (fields.length > 0)
    throw new DomainError(
      'version_inexact',
      `How the desk was after version ${number} cannot be told exactly: ${fields[0]!.path}: ${fields[0]!.message}. ` +
        'Apply a document instead.',
      'conflict',
      { fields },
    );
  const read = readDesk(deskDocument(parts));
  if (read.faults) throw deskInvalid(read.faults);
  return read.parts;
};
