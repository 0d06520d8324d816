import { DomainError, TicketClaimed, TicketClosed, TicketReopened, TicketResolved } from '@tierline/contracts';
import type { Reopen, RequesterSays, Resolve, Surroundings } from './command.ts';
import { lowestPlace } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, isIn, queuedAt, requireOwner, requireTeam } from './guards.ts';
import { resumed } from './holding.ts';
import { followUp } from './linking.ts';
import { startIfAssigned } from './ownership.ts';
import type { ClosedTicket, KnownTicket, ResolvedTicket } from './ticket.ts';
import { after, day, isLater } from './time.ts';

export const resolve = (ticket: KnownTicket, act: Resolve): TicketFact[] => {
  const owned = inState(ticket, 'resolve', ['ASSIGNED', 'IN_PROGRESS', 'PENDING']);
  requireOwner(owned, act.by, 'or-lead');
  const { code, solution, lowerTierCouldHave, by } = act;
  return [
    ...startIfAssigned(owned),
    TicketResolved({ ...owned.place, agentId: by.agentId, code, solution, lowerTierCouldHave }),
  ];
};

const windowIsOpen = (ticket: ResolvedTicket | ClosedTicket, { desk }: Surroundings, at: string): boolean =>
  ticket.state === 'RESOLVED' || !isLater(at, after(ticket.closedAt, desk.limits.reopen));

type Cause = { readonly cause: 'requester-rejected' | 'requester-replied' | 'agent'; readonly reason?: string };

const reopened = (ticket: ResolvedTicket | ClosedTicket, why: Cause, { desk, teams }: Surroundings): TicketFact[] => {
  const place = ticket.place ?? lowestPlace(desk);
  if (!place) throw new DomainError('desk_empty', 'The desk has no queue to which the ticket could come back.');
  const agentId = ticket.owner ?? ticket.lastOwner;
  const returns = agentId !== null && isIn(teams, agentId, place.team);
  return [
    TicketReopened({ ...why, reopens: ticket.counts.reopens + 1 }),
    queuedAt(ticket, place, 'reopened'),
    ...(returns ? [TicketClaimed({ ...place, agentId })] : []),
  ];
};

export const reopen = (ticket: KnownTicket, { by, reason }: Reopen, around: Surroundings, at: string): TicketFact[] => {
  const done = inState(ticket, 'reopen', ['RESOLVED', 'CLOSED']);
  requireTeam(done, by, around);
  if (windowIsOpen(done, around, at)) return reopened(done, { cause: 'agent', reason }, around);
  const days = Math.round(around.desk.limits.reopen / day);
  throw new DomainError(
    'reopen_window_passed',
    `The ticket was closed more than ${days} days ago; open a new one that names it.`,
  );
};

/** What the requester's word does to the ticket; where it does nothing it is only noted. */
export const requesterSays = (
  ticket: KnownTicket,
  { type, ...said }: RequesterSays,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  if (type === 'requester-confirmed') return ticket.state === 'RESOLVED' ? [TicketClosed({ cause: 'confirmed' })] : [];
  if (ticket.state === 'PENDING') return resumed(ticket, 'requester-replied');
  if (ticket.state !== 'RESOLVED' && ticket.state !== 'CLOSED') return [];
  if (windowIsOpen(ticket, around, at)) return reopened(ticket, { cause: type }, around);
  return followUp(ticket, said);
};
