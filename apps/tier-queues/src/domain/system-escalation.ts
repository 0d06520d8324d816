import { TicketEscalated, type Handover } from '@tierline/contracts';
import { placeOf, type Desk, type Place, type Tier } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { systemHandover } from './handover.ts';
import type { KnownTicket } from './ticket.ts';
import { nextTierUp } from './ways-up.ts';

/** Stands where an agent would, in an escalation that nobody decided. */
export const systemAgent = 'system:clock';

/** What the ticket itself tells of a hand-over. */
const known = (ticket: KnownTicket, reason: string): Handover => {
  const { organisation, beside } = ticket;
  const tried = beside.runbook.map(({ text, result }) => ({ step: text, result }));
  return {
    symptom: ticket.subject,
    since: `opened ${ticket.openedAt}`,
    ...(organisation === null ? {} : { affected: organisation }),
    ...(tried.length > 0 ? { tried } : {}),
    reach: `requester ${ticket.requesterId}, who came by ${ticket.channel}`,
    asked: reason,
  };
};

const escalated = (ticket: KnownTicket, from: Place, to: Tier, reason: string): TicketFact =>
  TicketEscalated({
    from,
    toTier: to.tier,
    toRank: to.rank,
    toQueue: null,
    reason,
    ...systemHandover(from.rank, to.rank, known(ticket, reason)),
    agentId: systemAgent,
    escalations: ticket.counts.escalations + 1,
  });

/** Takes the ticket to the next tier that is open to it; nothing where it is on its way already, or where none is. */
export const systemEscalation = (ticket: KnownTicket, reason: string, desk: Desk): TicketFact[] => {
  const from = ticket.place && (placeOf(desk, ticket.place.queue) ?? ticket.place);
  const to = from && nextTierUp(desk, from, ticket.category);
  return from && to ? [escalated(ticket, from, to, reason)] : [];
};
