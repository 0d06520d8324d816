import { ActUndone, TicketMarkedSpam, TicketMerged, TicketUnmerged } from '@tierline/contracts';
import type { TicketFact } from './facts.ts';
import { restored, snapshotOf } from './snapshot.ts';
import { dimensionsOf, type KnownTicket } from './ticket.ts';

const merged = (ticket: KnownTicket, fact: ReturnType<typeof TicketMerged>, at: string): KnownTicket => {
  const before = snapshotOf(ticket);
  if (!before) return ticket;
  const ground = dimensionsOf(ticket);
  return { ...ground, state: 'MERGED', owner: null, into: fact.data.into, before, mergedAt: at, unansweredSince: null };
};

/** The ticket after facts that end it so that it can come back, and after those that bring it back. */
export const takenBack = (ticket: KnownTicket, fact: TicketFact, at: string): KnownTicket => {
  switch (fact.type) {
    case TicketMarkedSpam.type:
      return { ...dimensionsOf(ticket), state: 'SPAM', owner: null, spamAt: at };
    case TicketMerged.type:
      return merged(ticket, fact, at);
    case TicketUnmerged.type:
      return ticket.state === 'MERGED' ? restored(ticket, ticket.before, at) : ticket;
    case ActUndone.type: {
      const before = ticket.beside.lastAct?.before;
      return before ? restored(ticket, before, at) : ticket;
    }
    default:
      return ticket;
  }
};
