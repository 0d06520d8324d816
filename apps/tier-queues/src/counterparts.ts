import { OpeningAsked, is } from '@tierline/contracts';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';
import type { Act, AgentAct, Doer } from './domain/command.ts';
import { goingOnIn, oppositeOf, type FollowUp } from './domain/linking.ts';
import type { KnownTicket, Ticket } from './domain/ticket.ts';
import type { TicketWork } from './staff.ts';
import type { TicketResult } from './tickets.ts';

/** An act on another ticket than the one that was named. */
export type Counterpart = { readonly id: string; readonly command: Act };

type Tickets = ReadonlyMap<string, KnownTicket>;

const partedFrom = (by: Doer, id: string, own: KnownTicket): Counterpart[] =>
  own.state === 'MERGED'
    ? [{ id: own.into.ticketId, command: { type: 'withdraw-merge', by, from: { ticketId: id, number: own.number } } }]
    : [];

const unlinkedFrom = (by: Doer, id: string, own: KnownTicket): Counterpart[] => {
  const link = own.beside.lastAct?.link;
  if (!link) return [];
  const to = { ticketId: id, number: own.number };
  return [{ id: link.ticketId, command: { type: 'be-unlinked', by, kind: oppositeOf(link.kind), to } }];
};

/** What an act means for the other tickets that it involves; `tickets` has them all, and the act's own. */
export const counterpartsOf = (id: string, act: AgentAct, tickets: Tickets | undefined): Counterpart[] => {
  const own = tickets?.get(id);
  if (!own) return [];
  const { by } = act;
  const self = { ticketId: id, number: own.number };
  switch (act.type) {
    case 'merge':
      return [{ id: act.into, command: { type: 'receive-merge', by, from: self, requesterId: own.requesterId } }];
    case 'link':
      return [{ id: act.to, command: { type: 'be-linked', by, kind: oppositeOf(act.kind), to: self } }];
    case 'unlink':
      return [{ id: act.to, command: { type: 'be-unlinked', by, kind: oppositeOf(act.kind), to: self } }];
    case 'unmerge':
      return partedFrom(by, id, own);
    case 'undo':
      return own.state === 'MERGED' ? partedFrom(by, id, own) : unlinkedFrom(by, id, own);
    default:
      return [];
  }
};

/** What was said to the requester, if the act said something. */
const saidIn = (act: AgentAct): { messageId: string; text: string } | null => {
  if (act.type === 'reply') return act;
  if (act.type === 'resolve') return { messageId: uuidv7(), text: act.solution };
  return null;
};

/** The requesters of merged tickets read what the ticket that carries theirs was answered; each one once. */
export const partsTold = (id: string, act: AgentAct, ticket: Ticket): Counterpart[] => {
  const said = saidIn(act);
  if (!said || ticket.state === 'ABSENT') return [];
  return ticket.beside.parts
    .filter(({ requesterId }) => requesterId !== ticket.requesterId)
    .map(({ ticketId }) => ({
      id: ticketId,
      command: {
        type: 'tell-part',
        by: act.by,
        text: said.text,
        messageId: uuidv5(`${id}/${said.messageId}`, ticketId),
      },
    }));
};

/** What an act on a parent means for one of its children, where it means anything. */
export const onChild = (parent: string, act: AgentAct, child: string): Counterpart[] => {
  if (act.type === 'reply') {
    const messageId = uuidv5(act.messageId, child);
    return [{ id: child, command: { type: 'reply-to-child', by: act.by, parent, messageId, text: act.text } }];
  }
  if (act.type !== 'resolve') return [];
  const { by, code, solution, lowerTierCouldHave } = act;
  return [{ id: child, command: { type: 'resolve-child', by, parent, code, solution, lowerTierCouldHave } }];
};

/** Where what the requester wrote goes on: in the ticket that carries this one, or in the one that follows it. */
const onwardFrom = (
  act: Act,
  { state, events }: Pick<TicketResult, 'state' | 'events'>,
  followUps: readonly FollowUp[] | undefined,
): string | null => {
  if (state.state === 'MERGED') return state.into.ticketId;
  if (state.state !== 'CLOSED' || events.some((fact) => is(OpeningAsked, fact))) return null;
  return goingOnIn(state, act.type === 'merged-reply' ? act : {}, followUps);
};

/** What the requester wrote to a merged ticket, or long after its end, as work for the ticket in which it goes on. */
export const forwarded = (
  piece: TicketWork,
  result: Pick<TicketResult, 'state' | 'events'>,
  followUps?: readonly FollowUp[],
): TicketWork[] => {
  const { state } = result;
  if (state.state === 'ABSENT' || !('command' in piece)) return [];
  const { command: act, origin } = piece;
  if (act.type !== 'merged-reply' && act.type !== 'requester-replied' && act.type !== 'requester-rejected') return [];
  const id = onwardFrom(act, result, followUps);
  if (id === null) return [];
  if (act.type === 'merged-reply') return [{ id, origin, command: act }];
  const { number, requesterId } = state;
  const { text, followUpId, messageId } = act;
  if (text === undefined || followUpId === undefined || messageId === undefined) return [];
  const from = { ticketId: piece.id, number };
  return [{ id, origin, command: { type: 'merged-reply', from, requesterId, messageId, text, followUpId } }];
};
