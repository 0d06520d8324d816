import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import { deskOf, desksChanged } from './desk-copy.ts';
import type { Rule } from './domain/desk.ts';
import { unknownPlaces } from './domain/rule.ts';

/** The rules of a tenant; sequence 0 before the first ones. */
export type RuleSet = { sequence: number; changedAt: string | null; changedBy: string | null; rules: readonly Rule[] };

type RuleSetRow = { sequence: number; changed_at: Date; changed_by: string; rules: Rule[] };

const readRow = async (tx: Transaction, tenant: string, lock: '' | 'FOR UPDATE'): Promise<RuleSetRow | undefined> => {
  const [row] = await tx.query<RuleSetRow>(
    `SELECT sequence, changed_at, changed_by, rules FROM rule_set WHERE tenant_id = $1 ${lock}`,
    [tenant],
  );
  return row;
};

export const readRules = async (tx: Transaction, tenant: string): Promise<RuleSet> => {
  const row = await readRow(tx, tenant, '');
  if (!row) return { sequence: 0, changedAt: null, changedBy: null, rules: [] };
  const { sequence, changed_at, changed_by, rules } = row;
  return { sequence, changedAt: changed_at.toISOString(), changedBy: changed_by, rules };
};

const refuseUnknownPlaces = async (tx: Transaction, tenant: string, rules: readonly Rule[]) => {
  const fields = unknownPlaces(rules, await deskOf(tx, tenant));
  const [first] = fields;
  if (!first) return;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  throw new DomainError('rule_place_unknown', `${first.message}${more}; nothing was changed.`, 'refused', { fields });
};

const refuseUnlessSeen = (expected: number | undefined, sequence: number) => {
  if (expected === undefined || expected === sequence) return;
  throw new DomainError(
    'changed_meanwhile',
    `You looked at version ${expected} of the rules; they are at version ${sequence} now. Look again, then decide.`,
    'conflict',
    { conflict: { expected, sequence } },
  );
};

/** Replaces all rules of the caller's tenant. Throws `rule_place_unknown` and `changed_meanwhile`. */
export const replaceRules = async (
  tx: Transaction,
  { tenant, actor }: Caller,
  rules: readonly Rule[],
  expected: number | undefined,
): Promise<RuleSet> => {
  const before = await readRow(tx, tenant, 'FOR UPDATE');
  refuseUnlessSeen(expected, before?.sequence ?? 0);
  await refuseUnknownPlaces(tx, tenant, rules);
  const changed = await tx.query(
    `INSERT INTO rule_set AS s (tenant_id, rules, sequence, changed_at, changed_by) VALUES ($1, $2::jsonb, 1, $3, $4)
     ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules, sequence = s.sequence + 1,
       changed_at = excluded.changed_at, changed_by = excluded.changed_by
     WHERE s.rules <> excluded.rules RETURNING sequence`,
    [tenant, JSON.stringify(rules), tx.now, actor],
  );
  if (changed.length > 0) await desksChanged(tx, [tenant]);
  return readRules(tx, tenant);
};
