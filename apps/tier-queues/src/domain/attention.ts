import {
  AttentionRaised,
  AttentionSettled,
  DomainError,
  ManagementNotified,
  type AttentionReason,
  type FactOf,
  type Told,
} from '@tierline/contracts';
import type { Attention } from './beside.ts';
import type { AskEscalation, NotifyUp, SettleAttention, Surroundings } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireLead, requireTeam } from './guards.ts';
import { toldInCharge, toldUpwards } from './reminders.ts';
import type { KnownTicket } from './ticket.ts';

type Cause = {
  readonly reason: AttentionReason;
  readonly detail: string;
  readonly agentId: string | null;
  readonly tell?: Told[];
};

/** Puts the ticket on the lead's list; nothing when it is there for this reason already. */
export const raised = (ticket: KnownTicket, cause: Cause): TicketFact[] =>
  ticket.beside.attention.some(({ reason }) => reason === cause.reason)
    ? []
    : [AttentionRaised({ ...cause, place: ticket.place })];

/** Takes the ticket off the lead's list; nothing when it is not there. */
export const settled = (
  ticket: KnownTicket,
  how: FactOf<typeof AttentionSettled>['data']['how'],
  agentId: string,
  decision: string | null = null,
): TicketFact[] => {
  const reasons = ticket.beside.attention.map(({ reason }) => reason);
  return reasons.length === 0 ? [] : [AttentionSettled({ reasons, how, decision, agentId })];
};

export const settleAttention = (ticket: KnownTicket, { by, decision }: SettleAttention): TicketFact[] => {
  requireLead(ticket, by, 'decide what becomes of it');
  inState(ticket, 'decide on', openStates);
  const facts = settled(ticket, 'decided', by.agentId, decision);
  if (facts.length > 0) return facts;
  throw new DomainError('no_attention', 'Nothing in this ticket waits for a decision.', 'conflict');
};

export const notifyUp = (
  ticket: KnownTicket,
  { by, reason }: NotifyUp,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  inState(ticket, 'notify management of', openStates);
  requireTeam(ticket, by, around);
  return [
    ManagementNotified({
      reason,
      place: ticket.place,
      agentId: by.agentId,
      tell: toldUpwards(ticket, around.desk, 'notified-up', at),
    }),
    ...raised(ticket, { reason: 'notified-up', detail: reason, agentId: by.agentId }),
  ];
};

const unexplained = 'The requester asks why nothing happens.';

/** The requester wants somebody in charge; only an open ticket can be hurried. */
export const askedEscalation = (
  ticket: KnownTicket,
  { reason }: AskEscalation,
  { desk }: Surroundings,
  at: string,
): TicketFact[] => {
  if (!(openStates as readonly string[]).includes(ticket.state)) return [];
  const detail = reason ?? unexplained;
  return raised(ticket, { reason: 'requester-asked', detail, agentId: null, ...toldInCharge(ticket, desk, at) });
};

/** What is left for a lead after the fact. */
export const attentionAfter = (list: readonly Attention[], fact: TicketFact, at: string): readonly Attention[] => {
  switch (fact.type) {
    case AttentionRaised.type: {
      const { reason, detail } = fact.data;
      return [...list.filter((one) => one.reason !== reason), { reason, since: at, detail }];
    }
    case AttentionSettled.type:
      return list.filter(({ reason }) => !fact.data.reasons.includes(reason));
    default:
      return list;
  }
};
