import { AgentReplied, NoteAdded } from '@tierline/contracts';
import type { Note, Reply, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { requireContact, writesFor } from './contact.ts';
import { inState, openStates } from './guards.ts';
import { startIfAssigned } from './ownership.ts';
import { requireHelper } from './swarming.ts';
import type { KnownTicket } from './ticket.ts';

export const reply = (ticket: KnownTicket, { by, messageId, text }: Reply, around: Surroundings): TicketFact[] => {
  inState(ticket, 'reply in', [...openStates, 'RESOLVED']);
  if (!writesFor(ticket, by, around)) requireHelper(ticket, by, around);
  requireContact(ticket, by, around);
  const replied = AgentReplied({ messageId, agentId: by.agentId, text, first: !ticket.replied });
  const begins = ticket.state === 'ASSIGNED' && ticket.owner === by.agentId;
  return begins ? [...startIfAssigned(ticket), replied] : [replied];
};

export const note = (ticket: KnownTicket, { by, noteId, text }: Note, around: Surroundings): TicketFact[] => {
  inState(ticket, 'write a note in', [...openStates, 'RESOLVED', 'CLOSED']);
  requireHelper(ticket, by, around);
  return [NoteAdded({ noteId, agentId: by.agentId, text })];
};
