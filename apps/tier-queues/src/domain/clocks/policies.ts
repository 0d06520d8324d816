import { DomainError, type HoldReason, type Priority, type TicketType } from '@tierline/contracts';
import type { Edition } from './calendar.ts';
import { clockKinds, type ClockKind } from './clock.ts';

/** What the choice of a policy looks at. */
export type PolicyFacts = {
  readonly priority: Priority;
  readonly type: TicketType | null;
  readonly category: string | null;
  readonly organisation: string | null;
  readonly tier: string | null;
  readonly team: string | null;
  readonly vendor: string | null;
  readonly partner: string | null;
};

/** What the ticket has to have: one of the values of every field that is named. */
export type Conditions = { readonly [F in keyof PolicyFacts]?: readonly NonNullable<PolicyFacts[F]>[] };

/** In the order of their words in an explanation. */
const conditionFields = [
  'priority',
  'type',
  'category',
  'organisation',
  'tier',
  'team',
  'vendor',
  'partner',
] as const satisfies readonly (keyof PolicyFacts)[];

/** What happens on a breach, beside the event. */
export type BreachAction = 'tell-owner' | 'tell-lead' | 'notify-up' | 'escalate' | 'raise-priority';

/** What happens once so much of the target is used up. */
export type Step = { readonly share: number; readonly actions: readonly BreachAction[] };

/** Promises to requesters (SLA), between teams (OLA) or by others (UC), for the tickets that fit its conditions. */
export type Policy = Edition & {
  readonly name: string;
  /** Lower goes first. */
  readonly order: number;
  readonly when: Conditions;
  /** Id of the calendar in whose hours targets are measured. */
  readonly calendar: string;
  /** Minutes of working time, for each kind of clock and priority; what is absent is not promised. */
  readonly targets: { readonly [K in ClockKind]?: { readonly [P in Priority]?: number } };
  /** Shares of a target in per cent, rising, at which to warn. */
  readonly warnings: readonly number[];
  /** Holds that stop the resolution clock; CUSTOMER always does. */
  readonly pausedBy: readonly HoldReason[];
  readonly onBreach: readonly BreachAction[];
  /** Steps after a breach, by shares of the target in per cent, above 100 and rising. */
  readonly afterBreach?: readonly Step[];
};

/** A policy that was looked at for a kind of clock: whether it fits, and why, in words an agent can read. */
export type Considered = { readonly policy: Edition; readonly matched: boolean; readonly why: string };

export type Choice = {
  readonly policy: Policy;
  /** Working time in milliseconds. */
  readonly target: number;
  /** Why, in one sentence. */
  readonly why: string;
};

const minute = 60_000;

const named = (when: Conditions) => conditionFields.filter((field) => when[field] !== undefined);

/** By order, then the one with more conditions, then by id: any two policies stand in the same order on every machine. */
const before = (one: Policy, other: Policy): number =>
  one.order - other.order ||
  named(other.when).length - named(one.when).length ||
  (one.id < other.id ? -1 : Number(one.id > other.id));

// A tenant's policies are asked about for every event and change once in a while.
const orders = new WeakMap<readonly Policy[], readonly Policy[]>();

const ordered = (policies: readonly Policy[]): readonly Policy[] => {
  const known = orders.get(policies) ?? policies.toSorted(before);
  orders.set(policies, known);
  return known;
};

const targetOf = ({ targets }: Policy, kind: ClockKind, { priority }: PolicyFacts) => targets[kind]?.[priority];

const has = (when: Conditions, facts: PolicyFacts, field: keyof PolicyFacts): boolean => {
  const fact = facts[field];
  const values: readonly string[] = when[field] ?? [];
  return fact !== null && values.includes(fact);
};

const unfit = ({ when }: Policy, facts: PolicyFacts) =>
  conditionFields.find((field) => when[field] !== undefined && !has(when, facts, field));

const whyItFits = ({ when }: Policy, facts: PolicyFacts): string =>
  named(when)
    .map((field) => `${field} ${facts[field]}`)
    .join(', ') || 'holds for every ticket';

/**
 * The policy that counts for a kind of clock, in whatever order they come: the lowest `order` that fits; of equal ones
 * that with more conditions; of these the first by id. Each kind is chosen for itself. Null when nothing is promised.
 */
export const choosePolicy = (policies: readonly Policy[], kind: ClockKind, facts: PolicyFacts): Choice | null => {
  const fitting = ordered(policies).filter(
    (policy) => targetOf(policy, kind, facts) !== undefined && unfit(policy, facts) === undefined,
  );
  const [policy] = fitting;
  if (!policy) return null;
  const others = fitting.length > 1 ? `; goes before ${fitting.length - 1} more that fit` : '';
  const why = `${policy.name}: ${whyItFits(policy, facts)}${others}`;
  return { policy, target: targetOf(policy, kind, facts)! * minute, why };
};

const considered = (policy: Policy, kind: ClockKind, facts: PolicyFacts): Considered => {
  const { id, version, when } = policy;
  const edition = { id, version };
  if (targetOf(policy, kind, facts) === undefined)
    return { policy: edition, matched: false, why: `promises nothing of this kind for ${facts.priority}` };
  const field = unfit(policy, facts);
  if (field === undefined) return { policy: edition, matched: true, why: whyItFits(policy, facts) };
  const why = `is for ${field} ${when[field]?.join(' or ')}; the ticket has ${facts[field] ?? 'none'}`;
  return { policy: edition, matched: false, why };
};

/** Every policy in the order of the choice, for whoever asks why; the first that matched is the one chosen. */
export const considerPolicies = (
  policies: readonly Policy[],
  kind: ClockKind,
  facts: PolicyFacts,
): readonly Considered[] => ordered(policies).map((policy) => considered(policy, kind, facts));

const refuse = (code: string, path: string, message: string): never => {
  throw new DomainError(code, `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

/** A year of working time around the clock. */
const longest = 366 * 24 * 60;

const checkTargets = ({ targets }: Policy): void => {
  for (const kind of clockKinds)
    for (const [priority, minutes] of Object.entries(targets[kind] ?? {}))
      if (!Number.isInteger(minutes) || minutes < 1 || minutes > longest)
        refuse('policy_target_invalid', `targets.${kind}.${priority}`, `a target is 1 to ${longest} whole minutes`);
  const unanswered = Object.keys(targets['sla-next-response'] ?? {}).find(
    (priority) => targets['sla-first-response']?.[priority as Priority] === undefined,
  );
  if (unanswered !== undefined)
    refuse(
      'policy_first_response_missing',
      `targets.sla-first-response.${unanswered}`,
      'whoever promises the next answer has to promise the first',
    );
};

/** Ten times the target: who has not heard by then will not. */
const furthest = 1_000;

const checkSteps = ({ afterBreach = [] }: Policy): void =>
  afterBreach.forEach(({ share }, index) => {
    const before = afterBreach[index - 1]?.share ?? 100;
    if (!Number.isInteger(share) || share <= before || share > furthest)
      refuse(
        'policy_steps_invalid',
        `afterBreach.${index}.share`,
        `shares are whole per cents from 101 to ${furthest}, rising`,
      );
  });

/**
 * Refuses a policy that cannot be kept: `DomainError` `policy_without_targets`, `policy_target_invalid`,
 * `policy_first_response_missing`, `policy_warnings_invalid`, `policy_steps_invalid` or `policy_condition_empty`, with the path of the field.
 */
export const checkPolicy = (policy: Policy): void => {
  const { targets, warnings, when } = policy;
  if (!clockKinds.some((kind) => Object.keys(targets[kind] ?? {}).length > 0))
    refuse('policy_without_targets', 'targets', 'a policy has to promise something');
  checkTargets(policy);
  const rises = warnings.every((share, index) => index === 0 || share > warnings[index - 1]!);
  if (!rises || !warnings.every((share) => Number.isInteger(share) && share > 0 && share < 100))
    refuse('policy_warnings_invalid', 'warnings', 'shares are whole per cents from 1 to 99, rising');
  checkSteps(policy);
  const empty = named(when).find((field) => when[field]?.length === 0);
  if (empty !== undefined) refuse('policy_condition_empty', `when.${empty}`, 'an empty list would never fit');
};
