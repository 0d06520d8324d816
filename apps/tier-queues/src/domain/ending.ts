import { DomainError, TicketCancelled, TicketMarkedSpam } from '@tierline/contracts';
import type { Cancel, MarkSpam, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireTeam } from './guards.ts';
import type { KnownTicket } from './ticket.ts';

/** Refuses to end a ticket without a solution while others rest on it. */
export const requireNothingRestsOn = (ticket: KnownTicket, verb: string, { openChildren }: Surroundings): void => {
  if (ticket.beside.major)
    throw new DomainError('major_incident', `It is a major incident; end that first, then ${verb} it.`, 'conflict');
  if (openChildren !== undefined && openChildren > 0)
    throw new DomainError(
      'open_children',
      `${openChildren} children are open; resolve or unlink them first, then ${verb} it.`,
      'conflict',
      { conflict: { openChildren } },
    );
  if (ticket.beside.parts.length > 0) {
    const parts = ticket.beside.parts.map(({ number }) => `T-${number}`).join(', ');
    throw new DomainError('carries_others', `It carries ${parts}; undo that merge first, then ${verb} it.`, 'conflict');
  }
};

export const cancel = (ticket: KnownTicket, { by, reason }: Cancel, around: Surroundings): TicketFact[] => {
  inState(ticket, 'cancel', openStates);
  requireTeam(ticket, by, around);
  requireNothingRestsOn(ticket, 'cancel', around);
  return [TicketCancelled({ agentId: by.agentId, reason })];
};

export const markSpam = (ticket: KnownTicket, { by }: MarkSpam, around: Surroundings): TicketFact[] => {
  inState(ticket, 'mark as spam', openStates);
  requireTeam(ticket, by, around);
  requireNothingRestsOn(ticket, 'mark', around);
  if (ticket.replied)
    throw new DomainError('already_answered', 'Somebody answered the requester: that was no spam.', 'conflict');
  return [TicketMarkedSpam({ agentId: by.agentId })];
};
