import type { Caller } from '@tierline/auth';
import { DomainError } from '@tierline/contracts';
import { lockDesk } from '@tierline/desk';
import type { Transaction } from '@tierline/persistence';
import { changeCatalogue } from './catalogue.ts';
import { deskOf, ruleSet } from './desks.ts';
import type { Rule } from './domain/desk.ts';
import { unknownPlaces } from './domain/rule.ts';

/** The rules of a tenant; sequence 0 before the first ones. */
export type RuleSet = { sequence: number; changedAt: string | null; changedBy: string | null; rules: readonly Rule[] };

type RuleSetRow = { sequence: number; body: { rules: Rule[] }; at: Date; by: string };

export const readRules = async (tx: Transaction, tenant: string): Promise<RuleSet> => {
  const [row] = await tx.query<RuleSetRow>(
    `SELECT p.sequence, p.body, v.at, v.by FROM desk_part p CROSS JOIN LATERAL (
       SELECT at, by FROM desk_version
       WHERE tenant_id = p.tenant_id AND differences @> '[{"part": "rules"}]' ORDER BY number DESC LIMIT 1
     ) v WHERE p.tenant_id = $1 AND p.kind = $2 AND p.id = $3`,
    [tenant, ruleSet.kind, ruleSet.id],
  );
  if (!row) return { sequence: 0, changedAt: null, changedBy: null, rules: [] };
  return { sequence: row.sequence, changedAt: row.at.toISOString(), changedBy: row.by, rules: row.body.rules };
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

type Replacement = {
  readonly rules: readonly Rule[];
  readonly why: string | null;
  readonly expected: number | undefined;
};

/** Replaces all rules of the caller's tenant. Throws `rule_place_unknown` and `changed_meanwhile`. */
export const replaceRules = async (
  tx: Transaction,
  by: Caller,
  { rules, why, expected }: Replacement,
): Promise<RuleSet> => {
  await lockDesk(tx, by.tenant);
  refuseUnlessSeen(expected, (await readRules(tx, by.tenant)).sequence);
  await refuseUnknownPlaces(tx, by.tenant, rules);
  await changeCatalogue(tx, { by, why, after: (there) => ({ ...there, rules }) });
  return readRules(tx, by.tenant);
};
