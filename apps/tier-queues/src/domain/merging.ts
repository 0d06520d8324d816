import {
  DomainError,
  MergeReceived,
  MergeWithdrawn,
  MergedReplyReceived,
  TicketMerged,
  TicketUnmerged,
} from '@tierline/contracts';
import type { Part } from './beside.ts';
import type { Merge, MergedReply, ReceiveMerge, Surroundings, Unmerge, WithdrawMerge } from './command.ts';
import { requireNothingRestsOn } from './ending.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireTeam } from './guards.ts';
import { requesterSays } from './resolution.ts';
import { standingOf } from './snapshot.ts';
import type { KnownTicket } from './ticket.ts';

const refuseInto = (code: string, message: string): never => {
  throw new DomainError(code, `into: ${message}.`, 'refused', { fields: [{ path: 'into', message }] });
};

/** The other ticket of a merge, which has to be open and another one. */
const target = (id: string, { others }: Surroundings): KnownTicket => {
  const found = others?.get(id) ?? refuseInto('target_absent', 'there is no such ticket');
  if (!(openStates as readonly string[]).includes(found.state))
    refuseInto('target_ended', `T-${found.number} is ${found.state}; merge into an open ticket`);
  return found;
};

export const merge = (ticket: KnownTicket, act: Merge, around: Surroundings): TicketFact[] => {
  inState(ticket, 'merge', openStates);
  if (act.into === act.id) refuseInto('same_ticket', 'a ticket cannot be merged into itself');
  const into = target(act.into, around);
  requireTeam(ticket, act.by, around);
  requireNothingRestsOn(ticket, 'merge', around);
  const reference = { ticketId: act.into, number: into.number };
  return [TicketMerged({ into: reference, reason: act.reason ?? null, agentId: act.by.agentId })];
};

/** The other side of a merge: what comes in. */
export const receiveMerge = (ticket: KnownTicket, { by, from, requesterId }: ReceiveMerge): TicketFact[] => {
  inState(ticket, 'merge into', openStates);
  return [MergeReceived({ from, requesterId, agentId: by.agentId })];
};

/** The ticket is its own again and stands as it did. */
export const unmerged = (ticket: KnownTicket, agentId: string): TicketFact[] => {
  const merged = inState(ticket, 'unmerge', ['MERGED']);
  return [TicketUnmerged({ from: merged.into, agentId, now: standingOf(merged.before) })];
};

export const unmerge = (ticket: KnownTicket, { by }: Unmerge, around: Surroundings): TicketFact[] => {
  inState(ticket, 'unmerge', ['MERGED']);
  requireTeam(ticket, by, around);
  return unmerged(ticket, by.agentId);
};

export const withdrawMerge = (ticket: KnownTicket, { by, from }: WithdrawMerge): TicketFact[] =>
  ticket.beside.parts.some(({ ticketId }) => ticketId === from.ticketId)
    ? [MergeWithdrawn({ from, agentId: by.agentId })]
    : [];

/** The requester of a part wrote: it counts here as a word of the requester. */
export const mergedReply = (ticket: KnownTicket, act: MergedReply, around: Surroundings, at: string): TicketFact[] => {
  const { from, requesterId, messageId, text, followUpId } = act;
  const said = { type: 'requester-replied', text, followUpId, requesterId } as const;
  return [MergedReplyReceived({ from, requesterId, messageId, text }), ...requesterSays(ticket, said, around, at)];
};

/** The tickets that this one carries after the fact. */
export const partsAfter = (parts: readonly Part[], fact: TicketFact): readonly Part[] => {
  switch (fact.type) {
    case MergeReceived.type: {
      const { from, requesterId } = fact.data;
      return [...parts.filter(({ ticketId }) => ticketId !== from.ticketId), { ...from, requesterId }];
    }
    case MergeWithdrawn.type:
      return parts.filter(({ ticketId }) => ticketId !== fact.data.from.ticketId);
    default:
      return parts;
  }
};
