import { DomainError, type EscalationPart } from '@tierline/contracts';
import type { Desk, Place, Tier } from './desk.ts';

const refuse = (path: string, message: string): never => {
  throw new DomainError('escalation_not_allowed', `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

/** The ways up from a tier that are open to tickets of the category; null where the matrix says nothing of the tier. */
const waysFrom = (
  escalations: readonly EscalationPart[],
  tier: string,
  category: string | null,
): readonly EscalationPart[] | null => {
  const ways = escalations.filter((way) => way.from === tier);
  if (ways.length === 0) return null;
  return ways.filter((way) => way.category === undefined || way.category === category);
};

/**
 * The next tier to which the desk itself may take such a ticket, or null. Reasons are for people: a policy that escalates
 * has its own.
 */
export const nextTierUp = ({ tiers, escalations }: Desk, from: Place, category: string | null): Tier | null => {
  const open = waysFrom(escalations, from.tier, category);
  const higher = [...tiers.values()].filter(
    ({ rank, tier }) => rank > from.rank && (open?.some(({ to }) => to === tier) ?? true),
  );
  return higher.sort((one, other) => one.rank - other.rank)[0] ?? null;
};

type Asked = { readonly category: string | null; readonly reason: string };

const fits = (reason: string, { reasons }: EscalationPart): boolean =>
  reasons === undefined || reasons.some((one) => reason.toLowerCase().startsWith(one.toLowerCase()));

/**
 * Refuses a way up that the escalation matrix does not name, with the ways or the reasons that it does. A reason counts
 * when it begins with one of those named. A tier for which the matrix says nothing may go to every higher one.
 */
export const requireWayUp = ({ escalations }: Desk, from: Place, to: Tier, { category, reason }: Asked): void => {
  const open = waysFrom(escalations, from.tier, category);
  if (!open) return;
  const here = open.filter((way) => way.to === to.tier);
  if (here.length === 0) {
    const targets = [...new Set(open.map((way) => way.to))].join(', ') || 'nowhere';
    refuse('tier', `from ${from.tier} such a ticket goes to ${targets}, not to ${to.tier}`);
  }
  if (here.some((way) => fits(reason, way))) return;
  const reasons = here.flatMap((way) => way.reasons ?? []).join(', ');
  refuse('reason', `has to begin with one of: ${reasons}`);
};
