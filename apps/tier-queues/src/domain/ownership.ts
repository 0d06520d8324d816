import { DomainError, TicketClaimed, WorkStarted } from '@tierline/contracts';
import { settled } from './attention.ts';
import type { Assign, Claim, Release, Start, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, isIn, openStates, placeNow, queuedAt, requireLead, requireOwner, requireTeam } from './guards.ts';
import type { AssignedTicket, HeldTicket, KnownTicket, WorkedTicket } from './ticket.ts';

export const claim = (ticket: KnownTicket, { by }: Claim, around: Surroundings): TicketFact[] => {
  inState(ticket, 'claim', openStates);
  if (ticket.owner === by.agentId) return [];
  if (ticket.owner !== null) {
    throw new DomainError('already_claimed', `${ticket.owner} has the ticket.`, 'conflict', {
      conflict: { owner: ticket.owner, state: ticket.state },
    });
  }
  const place = placeNow(inState(ticket, 'claim', ['NEW', 'QUEUED']));
  requireTeam(ticket, by, around);
  return [TicketClaimed({ ...place, agentId: by.agentId })];
};

const requireAssignable = (agentId: string, team: string, { teams }: Surroundings): void => {
  if (isIn(teams, agentId, team)) return;
  const [code, message] = teams.has(agentId)
    ? ['agent_not_in_team', `${agentId} is not in team ${team}, which works in this queue`]
    : ['agent_absent', `the desk has no agent ${agentId}`];
  throw new DomainError(code, `${message}.`, 'refused', { fields: [{ path: 'agentId', message }] });
};

export const assign = (ticket: KnownTicket, { by, agentId }: Assign, around: Surroundings): TicketFact[] => {
  requireLead(by, 'assign a ticket');
  const place = placeNow(inState(ticket, 'assign', openStates));
  const off = settled(ticket, 'assigned', by.agentId);
  if (ticket.owner === agentId) return off;
  requireAssignable(agentId, place.team, around);
  const claimed = TicketClaimed({ ...place, agentId, assignedBy: by.agentId });
  return ticket.owner === null && ticket.state === 'QUEUED'
    ? [claimed, ...off]
    : [queuedAt(ticket, place, 'released'), claimed, ...off];
};

/** The start of work, where the owner has only taken the ticket so far. */
export const startIfAssigned = (ticket: AssignedTicket | WorkedTicket | HeldTicket): TicketFact[] =>
  ticket.state === 'ASSIGNED' ? [WorkStarted({ ...ticket.place, agentId: ticket.owner })] : [];

export const start = (ticket: KnownTicket, { by }: Start): TicketFact[] => {
  const owned = inState(ticket, 'start', ['ASSIGNED', 'IN_PROGRESS']);
  requireOwner(owned, by);
  return startIfAssigned(owned);
};

export const release = (ticket: KnownTicket, { by }: Release): TicketFact[] => {
  const owned = inState(ticket, 'release', ['ASSIGNED', 'IN_PROGRESS', 'PENDING']);
  requireOwner(owned, by, 'or-lead');
  return [queuedAt(owned, owned.place, 'released')];
};
