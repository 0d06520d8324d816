import { DomainError, TicketClaimed, TicketClosed, TicketReopened, TicketResolved } from '@tierline/contracts';
import { whyPassedOver } from './coming-back.ts';
import type { Doer, Reopen, RequesterSays, Resolve, Surroundings } from './command.ts';
import { lowestPlace } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { inState, queuedAt, requireOwner, requireTeam } from './guards.ts';
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
type Occasion = { readonly why: Cause; readonly at: string; readonly by?: Doer };

/** Open again: with its last owner who is there for it, else in its queue for whoever is. */
const reopened = (
  ticket: ResolvedTicket | ClosedTicket,
  { why, at, by }: Occasion,
  around: Surroundings,
): TicketFact[] => {
  const place = ticket.place ?? lowestPlace(around.desk);
  if (!place) throw new DomainError('desk_empty', 'The desk has no queue to which the ticket could come back.');
  const agentId = ticket.owner ?? ticket.lastOwner;
  const reason = agentId === null ? null : whyPassedOver(ticket, { agentId, place, by, at }, around);
  const passedOver = agentId !== null && reason !== null ? { passedOver: { agentId, reason } } : {};
  return [
    TicketReopened({ ...why, reopens: ticket.counts.reopens + 1, ...passedOver }),
    queuedAt(ticket, place, 'reopened'),
    ...(agentId !== null && reason === null ? [TicketClaimed({ ...place, agentId })] : []),
  ];
};

export const reopen = (ticket: KnownTicket, { by, reason }: Reopen, around: Surroundings, at: string): TicketFact[] => {
  const done = inState(ticket, 'reopen', ['RESOLVED', 'CLOSED']);
  requireTeam(done, by, around);
  if (windowIsOpen(done, around, at)) return reopened(done, { why: { cause: 'agent', reason }, at, by }, around);
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
  if (ticket.state === 'PENDING') return resumed(ticket, { cause: 'requester-replied', at }, around);
  if (ticket.state !== 'RESOLVED' && ticket.state !== 'CLOSED') return [];
  if (windowIsOpen(ticket, around, at)) return reopened(ticket, { why: { cause: type }, at }, around);
  return followUp(ticket, said, around);
};
