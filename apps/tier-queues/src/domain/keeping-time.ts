import {
  ActUndone,
  AgentReplied,
  MergedReplyReceived,
  PriorityChanged,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketTransferred,
  TicketUnmerged,
  VendorAnswered,
  WorkStarted,
  is,
} from '@tierline/contracts';
import type { Cause } from './clocks/clock.ts';
import { keepTime, type ClockedTicket, type TimeOfDeed } from './clocks/timekeeping.ts';
import type { Act } from './command.ts';
import type { Desk } from './desk.ts';
import { evolve } from './evolve.ts';
import type { TicketFact } from './facts.ts';
import { publishedAs } from './falling-due.ts';
import type { KnownTicket, Ticket } from './ticket.ts';
import { isLater } from './time.ts';

const queueCauses: Readonly<Partial<Record<string, Cause>>> = {
  transferred: 'transferred',
  returned: 'returned',
  reopened: 'reopened',
  released: 'released',
};
const resumeCauses: Readonly<Partial<Record<string, Cause>>> = {
  'requester-replied': 'requester-replied',
  'vendor-answered': 'vendor-answered',
  'wake-up': 'wake-up',
  cap: 'wake-up',
};
const plainCauses: ReadonlyMap<string, Cause> = new Map<string, Cause>([
  [TicketClaimed.type, 'claimed'],
  [WorkStarted.type, 'work-started'],
  [AgentReplied.type, 'agent-replied'],
  [TicketEscalated.type, 'escalated'],
  [TicketResolved.type, 'resolved'],
  [TicketClosed.type, 'closed'],
  [TicketCancelled.type, 'cancelled'],
  [TicketMarkedSpam.type, 'spam'],
  [TicketMerged.type, 'merged'],
  [TicketUnmerged.type, 'unmerged'],
  [ActUndone.type, 'undone'],
  [MergedReplyReceived.type, 'requester-replied'],
  [PriorityChanged.type, 'priority-changed'],
  [VendorAnswered.type, 'vendor-answered'],
]);
/** Right after these the ticket comes into a queue, and only then it is where it stays. */
const underway: ReadonlySet<string> = new Set([TicketTransferred.type, TicketReturned.type, TicketReopened.type]);

/** Why a fact concerns the clocks; null when it does not. */
const causeOf = (fact: TicketFact): Cause | null => {
  if (underway.has(fact.type)) return null;
  if (is(TicketQueued, fact)) return queueCauses[fact.data.cause] ?? 'queued';
  if (is(TicketResumed, fact)) return resumeCauses[fact.data.cause] ?? 'agent-resumed';
  if (is(TicketHeld, fact)) return `held-${fact.data.reason.toLowerCase() as Lowercase<typeof fact.data.reason>}`;
  return plainCauses.get(fact.type) ?? null;
};

const endCauses: Readonly<Partial<Record<Ticket['state'] | 'MERGED' | 'SPAM', Cause>>> = {
  RESOLVED: 'resolved',
  CLOSED: 'closed',
  CANCELLED: 'cancelled',
  MERGED: 'merged',
  SPAM: 'spam',
};

/** Why the clocks are asked once more at the end of an act, when its facts told nothing. */
const causeOfAct = (act: Act, { state }: Ticket): Cause => {
  switch (act.type) {
    case 'keep-time':
      return act.cause;
    case 'route':
      return 'routed';
    case 'requester-replied':
    case 'requester-rejected':
      return act.type;
    case 'fire':
    case 'mend':
      return 'time-passed';
    default:
      return endCauses[state] ?? 'queued';
  }
};

/** The ticket as its clocks see it. */
const measured = (ticket: KnownTicket, { queues }: Desk, answeredBy: string | null): ClockedTicket => {
  const { place, counts } = ticket;
  const seen = {
    openedAt: ticket.openedAt,
    replied: ticket.replied,
    unansweredSince: ticket.unansweredSince,
    place: place && { tier: place.tier, team: place.team, partner: queues.get(place.queue)?.partner ?? null },
    stays: counts.escalations + counts.bounces + counts.reopens,
    priority: ticket.priority,
    type: ticket.type,
    category: ticket.category,
    organisation: ticket.organisation,
    answeredBy,
  };
  return ticket.state === 'PENDING'
    ? { ...seen, state: 'PENDING', hold: { reason: ticket.hold.reason, vendor: ticket.hold.vendor } }
    : { ...seen, state: ticket.state, hold: null };
};

/** When the requester did what the act is about, if that is earlier than now. */
const happenedAt = (act: Act, at: string): Pick<TimeOfDeed, 'happenedAt'> =>
  'happenedAt' in act && act.happenedAt !== undefined && !isLater(act.happenedAt, at)
    ? { happenedAt: act.happenedAt }
    : {};

/** True when the act itself may have changed what the clocks look at, whatever was decided: it was noted before. */
const concernsClocks = ({ type }: Act): boolean =>
  type === 'route' ||
  type === 'keep-time' ||
  type === 'requester-replied' ||
  type === 'requester-rejected' ||
  type === 'requester-confirmed';

/**
 * The facts of an act with what the clocks do because of each, right after it. Every clock event comes from here, and
 * every deadline from clock events.
 */
export const withClocks = (
  facts: readonly TicketFact[],
  act: Act,
  before: KnownTicket,
  desk: Desk,
  at: string,
): TicketFact[] => {
  const told: TicketFact[] = [];
  let ticket = before;
  const note = (fact: TicketFact): void => {
    told.push(fact);
    ticket = evolve(ticket, fact, at) as KnownTicket;
  };
  const keep = (cause: Cause, answeredBy: string | null = null): void => {
    const deed = { at, cause, ...happenedAt(act, at) };
    const entries = keepTime(ticket.clocks, measured(ticket, desk, answeredBy), desk.book, deed);
    publishedAs(entries, ticket, desk).forEach(note);
  };
  for (const fact of facts) {
    note(fact);
    const cause = causeOf(fact);
    if (cause !== null) keep(cause, is(VendorAnswered, fact) ? fact.data.vendor : null);
  }
  if (facts.length > 0 || concernsClocks(act)) keep(causeOfAct(act, ticket));
  return told;
};
