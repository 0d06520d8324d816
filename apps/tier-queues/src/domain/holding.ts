import { DomainError, TicketHeld, TicketResumed } from '@tierline/contracts';
import type { Hold, Resume, Surroundings } from './command.ts';
import type { Limits } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, queuedAt, requireOwner, requireTeam } from './guards.ts';
import { startIfAssigned } from './ownership.ts';
import type { HeldTicket, KnownTicket } from './ticket.ts';
import { after, day, isLater } from './time.ts';

const refuseUntil = (code: string, message: string): never => {
  throw new DomainError(code, `until: ${message}.`, 'refused', { fields: [{ path: 'until', message }] });
};

/** When the hold ends at the latest. */
const wakeUpOf = ({ reason, until }: Hold, limits: Limits, at: string): string => {
  if (until === undefined)
    return reason === 'SCHEDULED'
      ? refuseUntil('until_required', 'a scheduled hold needs its date')
      : after(at, limits.hold);
  if (!isLater(until, at)) return refuseUntil('until_past', 'the hold has to end in the future');
  if (isLater(until, after(at, limits.longestHold)))
    return refuseUntil('until_too_far', `a hold may last ${Math.round(limits.longestHold / day)} days at most`);
  return after(until, 0);
};

export const hold = (ticket: KnownTicket, act: Hold, { desk }: Surroundings, at: string): TicketFact[] => {
  const owned = inState(ticket, 'hold', ['ASSIGNED', 'IN_PROGRESS']);
  requireOwner(owned, act.by);
  const until = wakeUpOf(act, desk.limits, at);
  const { reason, note = null, vendor } = act;
  const held = { ...owned.place, reason, until, note };
  return [...startIfAssigned(owned), TicketHeld(vendor === undefined ? held : { ...held, vendor })];
};

/** The end of a hold: back to the owner, or into the queue when there is none. */
export const resumed = (ticket: HeldTicket, cause: 'requester-replied' | 'wake-up' | 'agent'): TicketFact[] => [
  TicketResumed({ ...ticket.place, cause }),
  ...(ticket.owner === null ? [queuedAt(ticket, ticket.place, 'resumed')] : []),
];

export const resume = (ticket: KnownTicket, { by }: Resume, around: Surroundings): TicketFact[] => {
  const held = inState(ticket, 'resume', ['PENDING']);
  requireTeam(held, by, around);
  return resumed(held, 'agent');
};
