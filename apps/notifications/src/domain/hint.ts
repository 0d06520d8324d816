import {
  RequesterRejected,
  RequesterReplied,
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
  WorkStarted,
  AgentReplied,
  ActUndone,
  PriorityChanged,
  TicketMarkedSpam,
  TicketMerged,
  TicketUnmerged,
  is,
  kindOfEvent,
  type Received,
  type Standing,
} from '@tierline/contracts';

/** What a screen is told of an event: that it should look again, and what of a row it may change at once. */
export type Hint = {
  readonly ticket: string;
  /** The service whose sequence it is: compare only with sequences of the same one. */
  readonly source: string;
  readonly sequence: number;
  readonly type: string;
  readonly at: string;
  /** Fields of the ticket's row with their new values; text that people wrote is never among them. */
  readonly changed: Readonly<Record<string, unknown>>;
};

const placeIn = ({ tier, rank, queue, team }: { tier: string; rank: number; queue: string; team: string }) => ({
  tier,
  rank,
  queue,
  team,
});

/** After something was taken back the row is as it says, whatever it was. */
const standingAgain = ({ state, place, owner, hold }: Standing): Record<string, unknown> => ({
  state,
  ...(place ? placeIn(place) : { queue: null, team: null }),
  owner,
  hold,
});

const moved = (event: Received): Record<string, unknown> | null => {
  if (is(TicketQueued, event))
    return { state: 'QUEUED', ...placeIn(event.data), priority: event.data.priority, owner: null, hold: null };
  if (is(TicketClaimed, event)) return { state: 'ASSIGNED', ...placeIn(event.data), owner: event.data.agentId };
  if (is(WorkStarted, event)) return { state: 'IN_PROGRESS', ...placeIn(event.data), owner: event.data.agentId };
  if (is(TicketEscalated, event)) {
    const { toTier: tier, toRank: rank, escalations } = event.data;
    return { state: 'QUEUED', tier, rank, queue: null, team: null, owner: null, hold: null, escalations };
  }
  if (is(TicketReturned, event)) return { bounces: event.data.bounces };
  if (is(TicketHeld, event)) {
    const { reason, until } = event.data;
    return { state: 'PENDING', hold: { reason, until } };
  }
  // Without an owner a `queued` follows at once.
  if (is(TicketResumed, event)) return { state: 'IN_PROGRESS', hold: null };
  return null;
};

const changedBy = (event: Received): Record<string, unknown> => {
  if (is(TicketOpened, event)) return { state: 'NEW' };
  if (is(TicketRouted, event)) {
    const { type, category, priority } = event.data;
    return { type, category, priority };
  }
  if (is(AgentReplied, event)) return { unansweredSince: null };
  if (is(RequesterReplied, event) || is(RequesterRejected, event)) return { requesterWroteAt: event.time };
  if (is(TicketResolved, event)) return { state: 'RESOLVED', unansweredSince: null };
  if (is(TicketReopened, event)) return { state: 'QUEUED', owner: null, reopens: event.data.reopens };
  if (is(TicketClosed, event)) return { state: 'CLOSED' };
  if (is(TicketCancelled, event)) return { state: 'CANCELLED' };
  if (is(TicketMerged, event)) return { state: 'MERGED' };
  if (is(TicketMarkedSpam, event)) return { state: 'SPAM' };
  if (is(PriorityChanged, event)) return { priority: event.data.to };
  if (is(ActUndone, event) || is(TicketUnmerged, event)) return standingAgain(event.data.now);
  return moved(event) ?? {};
};

/** The hint of a ticket event. */
export const hintOf = (event: Received): Hint => ({
  ticket: event.subject,
  source: event.source.replace(/^\//, ''),
  sequence: event.sequence,
  type: kindOfEvent(event.type),
  at: event.time,
  changed: changedBy(event),
});

/** The hint as the ticket's requester gets it: that something happened, and nothing of the desk's own. */
export const hintForRequester = ({ ticket, source, sequence, type, at }: Hint): Omit<Hint, 'changed'> => ({
  ticket,
  source,
  sequence,
  type,
  at,
});

/** The team that has the ticket after the event; undefined: it does not change. */
export const teamAfter = (event: Received): string | null | undefined => {
  const { team } = changedBy(event);
  return team as string | null | undefined;
};
