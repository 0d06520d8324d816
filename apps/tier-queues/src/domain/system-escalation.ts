import { TicketEscalated, type Handover } from '@tierline/contracts';
import { placeOf, type Desk, type Place, type Tier } from './desk.ts';
import type { TicketFact } from './facts.ts';
import type { KnownTicket } from './ticket.ts';

/** Stands where an agent would, in an escalation that nobody decided. */
export const systemAgent = 'system:clock';

/** What nobody wrote down. */
export const notProvided = 'not provided';

const tierAbove = ({ tiers }: Desk, rank: number): Tier | null =>
  [...tiers.values()].filter((tier) => tier.rank > rank).sort((one, other) => one.rank - other.rank)[0] ?? null;

/** The hand-over as far as the ticket itself tells it. */
const knownHandover = (ticket: KnownTicket, reason: string): Handover => ({
  symptom: ticket.subject,
  since: `opened ${ticket.openedAt}`,
  affected: ticket.organisation ?? notProvided,
  tried: [{ step: notProvided, result: notProvided }],
  knowledge: notProvided,
  evidence: notProvided,
  reach: `requester ${ticket.requesterId}, who came by ${ticket.channel}`,
  asked: reason,
  analysis: notProvided,
  hypothesis: notProvided,
  changes: notProvided,
  vendor: notProvided,
});

const escalated = (ticket: KnownTicket, from: Place, to: Tier, reason: string): TicketFact =>
  TicketEscalated({
    from,
    toTier: to.tier,
    toRank: to.rank,
    toQueue: null,
    reason,
    handover: knownHandover(ticket, reason),
    agentId: systemAgent,
    escalations: ticket.counts.escalations + 1,
  });

/** Takes the ticket to the next tier; nothing where it is on its way already, or where no tier is above. */
export const systemEscalation = (ticket: KnownTicket, reason: string, desk: Desk): TicketFact[] => {
  const from = ticket.place && (placeOf(desk, ticket.place.queue) ?? ticket.place);
  const to = from && tierAbove(desk, from.rank);
  return from && to ? [escalated(ticket, from, to, reason)] : [];
};
