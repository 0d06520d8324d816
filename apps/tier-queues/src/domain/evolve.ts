import {
  AcceptanceLapsed,
  AgentReplied,
  AssignmentFailed,
  InboundUnaccounted,
  MergedReplyReceived,
  NoteAdded,
  OrphanDetected,
  OwnerShiftEnded,
  PriorityChanged,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
  RouteAsked,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketRouted,
  TicketStalled,
  TicketTransferred,
  WorkStarted,
  type FactOf,
} from '@tierline/contracts';
import { nothingBeside } from './beside.ts';
import { withBeside } from './beside-after.ts';
import { clocksAfter, type ClockEntry } from './clocks/clock.ts';
import { entryOf } from './clocks/ledger.ts';
import type { Place } from './desk.ts';
import type { NotedFact, TicketFact } from './facts.ts';
import { needsOfRoute } from './needs.ts';
import { takenBack } from './taking-back.ts';
import { awaitedRoute, dimensionsOf, type KnownTicket, type Ticket } from './ticket.ts';

/** Events carry a place among other things. */
const placeIn = ({ tier, rank, queue, team }: Place): Place => ({ tier, rank, queue, team });

const remember = (previous: readonly Place[], left: Place): readonly Place[] => [
  ...previous.filter(({ tier }) => tier !== left.tier),
  placeIn(left),
];

/** The dimensions after the owner gave the ticket up, if it had one. */
const released = (ticket: KnownTicket) => {
  const lastOwner = ticket.owner ?? ticket.lastOwner;
  return { ...dimensionsOf(ticket), owner: null, lastOwner, assignedAt: undefined };
};

const opened = ({ data }: FactOf<typeof TicketOpened>, at: string): Ticket => ({
  state: 'NEW',
  route: { since: at, tier: null, queue: null },
  number: data.number,
  subject: data.subject,
  requesterId: data.requesterId,
  organisation: data.organisation,
  channel: data.channel,
  openedAt: at,
  category: data.category,
  type: null,
  priority: null,
  place: null,
  previous: [],
  queuedAt: null,
  owner: null,
  lastOwner: null,
  counts: { escalations: 0, bounces: 0, transfers: 0, reopens: 0 },
  replied: false,
  requesterWroteAt: at,
  unansweredSince: at,
  armed: 1,
  clocks: [],
  beside: data.origin ? { ...nothingBeside, origin: data.origin } : nothingBeside,
});

const routed = (ticket: KnownTicket, { data }: FactOf<typeof TicketRouted>): Ticket => {
  if (ticket.state === 'CLOSED' || ticket.state === 'CANCELLED' || ticket.state === 'SPAM') return ticket;
  // What is routed later tells the priority of the entry again, and may not know yet that it was raised.
  const isNew = !data.asked && (ticket.type === null || data.hop === 1);
  const priority = isNew ? data.priority : ticket.priority;
  const known = { ...ticket, type: data.type, category: data.category, priority };
  const route = awaitedRoute(known);
  // A route that belongs to an earlier hop does not say where the ticket is wanted now.
  if (data.hop <= known.counts.escalations) return known;
  // Whoever took it since it was asked for has it under what was asked of him or her.
  if (data.asked && known.state !== 'QUEUED') return known;
  const needing = { ...known, needs: needsOfRoute(data) };
  if (!route) return needing;
  return { ...needing, route: { ...route, tier: data.tier, queue: data.queue } } as Ticket;
};

const requesterWrote = (ticket: KnownTicket, at: string): KnownTicket => ({
  ...ticket,
  requesterWroteAt: at,
  unansweredSince: ticket.unansweredSince ?? at,
});

const queued = (ticket: KnownTicket, { data }: FactOf<typeof TicketQueued>, at: string): KnownTicket => ({
  ...released(ticket),
  waitsFor: undefined,
  state: 'QUEUED',
  place: placeIn(data),
  priority: data.priority,
  cause: data.cause,
  queuedAt: at,
  route: null,
});

const escalated = (ticket: KnownTicket, { data }: FactOf<typeof TicketEscalated>, at: string): KnownTicket => ({
  ...released(ticket),
  state: 'QUEUED',
  place: null,
  cause: null,
  previous: remember(ticket.previous, data.from),
  counts: { ...ticket.counts, escalations: data.escalations },
  route: { since: at, tier: data.toTier, queue: data.toQueue },
  armed: ticket.armed + 1,
});

const resumed = (ticket: KnownTicket, { data }: FactOf<typeof TicketResumed>): KnownTicket => {
  const place = placeIn(data);
  const { owner } = ticket;
  return owner === null
    ? { ...dimensionsOf(ticket), state: 'QUEUED', place, route: null, cause: null }
    : { ...dimensionsOf(ticket), state: 'IN_PROGRESS', place, owner };
};

const moved = (ticket: KnownTicket, from: Place, counts: Partial<KnownTicket['counts']>): KnownTicket => ({
  ...ticket,
  previous: remember(ticket.previous, from),
  counts: { ...ticket.counts, ...counts },
});

/** Somebody has it: what stood in the way of that counts no longer. */
const given = { waitsFor: undefined, lapsed: undefined };

const worked = (ticket: KnownTicket, fact: TicketFact, at: string): KnownTicket => {
  const ground = dimensionsOf(ticket);
  switch (fact.type) {
    case TicketClaimed.type:
      return {
        ...ground,
        ...given,
        state: 'ASSIGNED',
        owner: fact.data.agentId,
        place: placeIn(fact.data),
        assignedAt: at,
      };
    case WorkStarted.type:
      return { ...ground, state: 'IN_PROGRESS', owner: fact.data.agentId, place: placeIn(fact.data) };
    case AgentReplied.type:
      return { ...ticket, replied: true, unansweredSince: null };
    case TicketHeld.type: {
      const { reason, until, vendor, capped } = fact.data;
      return {
        ...ground,
        state: 'PENDING',
        place: placeIn(fact.data),
        hold: { reason, until, since: at, vendor: vendor ?? null, capped: capped ?? false },
        armed: ticket.armed + 1,
      };
    }
    case TicketResumed.type:
      return resumed(ticket, fact);
    case TicketResolved.type:
      return { ...ground, state: 'RESOLVED', resolvedAt: at, unansweredSince: null, armed: ticket.armed + 1 };
    case TicketClosed.type:
      return {
        ...ground,
        state: 'CLOSED',
        closedAt: at,
        resolvedAt: ticket.state === 'RESOLVED' ? ticket.resolvedAt : null,
      };
    case TicketCancelled.type:
      return { ...ground, state: 'CANCELLED', cancelledAt: at, unansweredSince: null };
    case MergedReplyReceived.type:
      return requesterWrote(ticket, at);
    default:
      return takenBack(ticket, fact, at);
  }
};

const placed = (ticket: KnownTicket, fact: TicketFact, at: string): KnownTicket => {
  switch (fact.type) {
    case TicketQueued.type:
      return queued(ticket, fact, at);
    case TicketTransferred.type:
      return moved(ticket, fact.data.from, { transfers: ticket.counts.transfers + 1 });
    case TicketReturned.type:
      return moved(ticket, fact.data.from, { bounces: fact.data.bounces });
    case TicketEscalated.type:
      return escalated(ticket, fact, at);
    case TicketReopened.type:
      return {
        ...released(ticket),
        state: 'QUEUED',
        route: null,
        cause: null,
        counts: { ...ticket.counts, reopens: fact.data.reopens },
      };
    case NoteAdded.type:
    case OrphanDetected.type:
    case OwnerShiftEnded.type:
    case RouteAsked.type:
    case TicketStalled.type:
      return ticket;
    case AssignmentFailed.type:
      return { ...ticket, waitsFor: fact.data.reason };
    case AcceptanceLapsed.type:
      return { ...ticket, lapsed: { agentId: fact.data.agentId, at } };
    case PriorityChanged.type:
      return { ...ticket, priority: fact.data.to };
    default:
      return worked(ticket, fact, at);
  }
};

/** Without the clocks of earlier questions that were answered in time: nothing can happen to them any more. */
const clocked = (ticket: KnownTicket, entry: ClockEntry): Ticket => {
  const clocks = clocksAfter(ticket.clocks, [entry]);
  if (entry.type !== 'started' || entry.kind !== 'sla-next-response') return { ...ticket, clocks };
  return {
    ...ticket,
    clocks: clocks.filter(({ kind, state, id }) => kind !== entry.kind || state !== 'met' || id === entry.clock),
  };
};

/** The ticket after a fact; the same one when the fact means nothing to it. */
export const evolve = (ticket: Ticket, fact: TicketFact | NotedFact, at: string): Ticket => {
  if (ticket.state === 'ABSENT') return fact.type === TicketOpened.type ? opened(fact, at) : ticket;
  const entry = entryOf(fact, at);
  if (entry) return clocked(ticket, entry);
  switch (fact.type) {
    case TicketOpened.type:
      return ticket;
    case TicketRouted.type:
      return routed(ticket, fact);
    case RequesterReplied.type:
    case RequesterRejected.type:
      return requesterWrote(ticket, at);
    case RequesterConfirmed.type:
    case RequesterAskedEscalation.type:
      return { ...ticket, requesterWroteAt: at };
    case InboundUnaccounted.type:
      // Nothing of it changes, and its timeline tells that it was missed.
      return { ...ticket };
    default:
      return withBeside(ticket, placed(ticket, fact, at), fact, at);
  }
};
