import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { teamsOf } from './lookups.ts';

/** A saved choice of tickets: a person's own, or a team's. */
export type SavedView<D> = {
  id: string;
  name: string;
  owner: string;
  /** The team that shares it; null: it is the owner's alone. */
  team: string | null;
  definition: D;
  version: number;
  changedBy: string;
  changedAt: Date;
  /** The caller may change it. */
  mine: boolean;
};

/** Who looks at views, with the teams that he or she leads at this moment. */
export type Viewer = Caller & { readonly led: readonly string[] | 'all' };

type Named = { readonly name: string; readonly team?: string | undefined; readonly definition: object };

/** How many views one person may save. */
const most = 200;

const columns = `id, name, owner, team, definition, version, changed_by AS "changedBy", changed_at AS "changedAt"`;

const viewAbsent = () => new DomainError('view_absent', 'There is no such view.', 'absent');

const requireOwnTeam = ({ led }: Viewer, teams: readonly string[], team: string | undefined): void => {
  if (team === undefined || led === 'all' || led.includes(team) || teams.includes(team)) return;
  const message = `you are neither in team ${team} nor lead it`;
  throw new DomainError('not_in_team', `team: ${message}.`, 'forbidden', { fields: [{ path: 'team', message }] });
};

const nameTaken = (name: string, team: string | undefined) => {
  const message = `${team === undefined ? 'you have' : `team ${team} has`} a view "${name}" already`;
  return new DomainError('view_name_taken', `name: ${message}.`, 'conflict', { fields: [{ path: 'name', message }] });
};

/** Views change rarely and few at once: one person's changes, and one team's, wait for each other. */
const lockNames = (tx: Transaction, by: Caller, team: string | undefined) =>
  tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('views ' || $1 || ' ' || $2, 0))`, [
    by.tenant,
    team === undefined ? `of ${by.subject}` : `in ${team}`,
  ]);

const requireFreeName = async (tx: Transaction, by: Caller, { name, team }: Named, except: string | null) => {
  await lockNames(tx, by, team);
  const taken = await tx.query(
    `SELECT 1 FROM saved_view WHERE tenant_id = $1 AND lower(name) = lower($2) AND id IS DISTINCT FROM $5::uuid
       AND CASE WHEN $3::text IS NULL THEN team IS NULL AND owner = $4 ELSE team = $3 END`,
    [by.tenant, name, team ?? null, by.subject, except],
  );
  if (taken.length > 0) throw nameTaken(name, team);
};

/** The caller's own views and those of his or her teams, by name. */
export const viewsOf = async <D>(tx: Transaction, by: Viewer): Promise<SavedView<D>[]> =>
  tx.query<SavedView<D>>(
    `SELECT ${columns}, owner = $2 OR team IS NOT NULL AND ($4 OR team = ANY($5::text[])) AS mine FROM saved_view
     WHERE tenant_id = $1 AND ((team IS NULL AND owner = $2) OR team = ANY($3::text[] || $5::text[])
       OR (team IS NOT NULL AND $4))
     ORDER BY lower(name), id`,
    [by.tenant, by.subject, await teamsOf(tx, by.tenant, by.subject), by.led === 'all', by.led === 'all' ? [] : by.led],
  );

/** One view that the caller may use. Throws `view_absent`. */
export const viewOf = async <D>(tx: Transaction, by: Viewer, id: string): Promise<SavedView<D>> => {
  const found = (await viewsOf<D>(tx, by)).find((view) => view.id === id);
  if (!found) throw viewAbsent();
  return found;
};

/** Saves a new view. Throws `not_in_team`, `view_name_taken`, `too_many_views`. */
export const addView = async <D>(tx: Transaction, by: Viewer, id: string, named: Named): Promise<SavedView<D>> => {
  requireOwnTeam(by, await teamsOf(tx, by.tenant, by.subject), named.team);
  await lockNames(tx, by, undefined);
  const [own] = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM saved_view WHERE tenant_id = $1 AND owner = $2',
    [by.tenant, by.subject],
  );
  if (own!.n >= most) throw new DomainError('too_many_views', `You have ${most} views; delete one first.`);
  await requireFreeName(tx, by, named, null);
  await tx.query(
    `INSERT INTO saved_view (tenant_id, id, owner, team, name, definition, changed_by, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $3, $7)`,
    [by.tenant, id, by.subject, named.team ?? null, named.name, JSON.stringify(named.definition), tx.now],
  );
  return viewOf(tx, by, id);
};

/** A lead may change what a team shares, but not take it away from the team into somebody's private views. */
const requireOwner = (view: SavedView<unknown>, by: Viewer, team: string | null | undefined = view.team): void => {
  if (view.owner === by.subject || (view.mine && team !== null && team !== undefined)) return;
  throw new DomainError(
    'not_owner',
    `The view belongs to ${view.owner}; only that person or${view.team === null ? ' a lead' : ` who leads team ${view.team}`} may change it.`,
    'forbidden',
  );
};

const requireVersion = ({ version }: SavedView<unknown>, expected: number | undefined): void => {
  if (expected === undefined || expected === version) return;
  throw new DomainError(
    'changed_meanwhile',
    `You looked at version ${expected}; it is at version ${version} now. Look again, then decide.`,
    'conflict',
    { conflict: { expected, version } },
  );
};

/** Replaces a view. Throws `view_absent`, `not_owner`, `not_in_team`, `view_name_taken`, `changed_meanwhile`. */
export const putView = async <D>(
  tx: Transaction,
  by: Viewer,
  id: string,
  named: Named & { readonly expected?: number | undefined },
): Promise<SavedView<D>> => {
  await tx.query('SELECT 1 FROM saved_view WHERE tenant_id = $1 AND id = $2 FOR UPDATE', [by.tenant, id]);
  const view = await viewOf(tx, by, id);
  requireOwner(view, by, named.team ?? null);
  requireVersion(view, named.expected);
  // Whoever shared it may have left the team: what stays in it may still be changed.
  if (named.team !== view.team) requireOwnTeam(by, await teamsOf(tx, by.tenant, by.subject), named.team);
  await requireFreeName(tx, { ...by, subject: view.owner }, named, id);
  await tx.query(
    `UPDATE saved_view SET name = $3, team = $4, definition = $5, version = version + 1, changed_by = $6, changed_at = $7
     WHERE tenant_id = $1 AND id = $2`,
    [by.tenant, id, named.name, named.team ?? null, JSON.stringify(named.definition), by.subject, tx.now],
  );
  return viewOf(tx, by, id);
};

/** Deletes a view. Throws `view_absent`, `not_owner`. */
export const removeView = async (tx: Transaction, by: Viewer, id: string) => {
  const view = await viewOf(tx, by, id);
  requireOwner(view, by);
  await tx.query('DELETE FROM saved_view WHERE tenant_id = $1 AND id = $2', [by.tenant, id]);
  return { id, deleted: true };
};
