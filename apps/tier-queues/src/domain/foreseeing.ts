import type { Cause, Clock } from './clocks/clock.ts';
import { isActive } from './clocks/clock.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import type { KnownTicket } from './ticket.ts';
import { isLater } from './time.ts';

/** What becomes of one clock of an open ticket under another desk. */
export type ClockChange = {
  readonly before: Clock | null;
  readonly after: Clock | null;
  /** `same`: it counts under another edition, and is due as before. */
  readonly what: 'kept' | 'same' | 'earlier' | 'later' | 'begins' | 'ends';
  /** Due before now, and not missed under the desk of today. */
  readonly overdue: boolean;
};

const isUnder = (one: Clock, other: Clock): boolean =>
  one.policy.id === other.policy.id &&
  one.policy.version === other.policy.version &&
  one.calendar.id === other.calendar.id &&
  one.calendar.version === other.calendar.version;

/** One on hold has no deadline: what is left of its target says whether it will be due earlier. */
const whatOf = (before: Clock, after: Clock): ClockChange['what'] => {
  if (!isActive(after)) return 'ends';
  const [due, then] = [before.due, after.due];
  if (due !== null && then !== null && due !== then) return isLater(due, then) ? 'earlier' : 'later';
  if ((due === null || then === null) && before.target !== after.target)
    return after.target < before.target ? 'earlier' : 'later';
  return isUnder(before, after) ? 'kept' : 'same';
};

/**
 * What becomes of the active clocks of an open ticket once this desk counts: what the rules decide then, by the same
 * code, of which nothing is kept.
 */
export const foreseen = (ticket: KnownTicket, desk: Desk, cause: Cause, at: string): ClockChange[] => {
  const around = { desk, teams: new Map<string, readonly string[]>() };
  const facts = ticketRules.decide({ act: { type: 'keep-time', cause }, around }, ticket, at);
  const then = facts.reduce<KnownTicket>((state, fact) => ticketRules.evolve(state, fact, at) as KnownTicket, ticket);
  const overdue = (before: Clock | null, { due, state }: Clock): boolean =>
    state === 'running' && due !== null && !isLater(due, at) && !(before?.due && !isLater(before.due, at));
  return then.clocks.flatMap((after): ClockChange[] => {
    const before = ticket.clocks.find(({ id }) => id === after.id) ?? null;
    if (before && !isActive(before)) return [];
    if (!before) return [{ before, after, what: 'begins', overdue: overdue(before, after) }];
    return [{ before, after, what: whatOf(before, after), overdue: overdue(before, after) }];
  });
};
