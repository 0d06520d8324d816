import { AgentReplied, DomainError, TicketResolved } from '@tierline/contracts';
import type { ReplyToChild, ResolveChild, TellPart } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, placeNow } from './guards.ts';
import type { KnownTicket } from './ticket.ts';

const requireChildOf = (ticket: KnownTicket, parent: string): void => {
  if (ticket.beside.links.some(({ kind, ticketId }) => kind === 'child-of' && ticketId === parent)) return;
  throw new DomainError('not_child', 'The ticket is not a child of that one.', 'conflict');
};

/** What was written in the parent goes to the child's requester, whoever works on the child. */
export const replyToChild = (ticket: KnownTicket, act: ReplyToChild): TicketFact[] => {
  inState(ticket, 'reply in', openStates);
  requireChildOf(ticket, act.parent);
  return [AgentReplied({ messageId: act.messageId, agentId: act.by.agentId, text: act.text, first: !ticket.replied })];
};

/** What solved the parent solves the child, whoever works on it. */
export const resolveChild = (ticket: KnownTicket, act: ResolveChild): TicketFact[] => {
  const place = placeNow(inState(ticket, 'resolve', openStates));
  requireChildOf(ticket, act.parent);
  if (ticket.beside.major)
    throw new DomainError('major_incident', 'It is a major incident of its own; resolve it by itself.', 'conflict');
  const { by, code, solution, lowerTierCouldHave } = act;
  return [TicketResolved({ ...place, agentId: by.agentId, code, solution, lowerTierCouldHave })];
};

/** The requester of a merged ticket reads what the ticket that carries it was answered. */
export const tellPart = (ticket: KnownTicket, { by, messageId, text }: TellPart): TicketFact[] =>
  ticket.state === 'MERGED' ? [AgentReplied({ messageId, agentId: by.agentId, text, first: !ticket.replied })] : [];
