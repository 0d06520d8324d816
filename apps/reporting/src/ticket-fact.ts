import {
  ActUndone,
  AgentReplied,
  InboundUnaccounted,
  NotificationFailed,
  NotificationSent,
  OrphanDetected,
  StaffNotificationFailed,
  TicketCancelled,
  TicketClaimed,
  TicketClosed,
  TicketEscalated,
  TicketHeld,
  TicketMarkedSpam,
  TicketMerged,
  TicketOpened,
  TicketQueued,
  TicketReopened,
  TicketResolved,
  TicketResumed,
  TicketReturned,
  TicketRouted,
  TicketTransferred,
  TicketUnmerged,
  WorkStarted,
  is,
  type FactOf,
  type Received,
  type Standing,
  type TicketState,
} from '@tierline/contracts';

/** What reporting knows of one ticket: a row of `ticket_fact`, column by column. */
export type TicketFact = {
  tenant_id: string;
  ticket_id: string;
  /** Events so far. */
  events: number;
  /** Time of its first event. */
  began_at: string;
  last_event_at: string;
  state: TicketState;
  number: number | null;
  subject: string | null;
  requester_id: string | null;
  channel: string | null;
  type: string | null;
  category: string | null;
  priority: string | null;
  tier: string | null;
  rank: number | null;
  queue: string | null;
  team: string | null;
  owner: string | null;
  opened_at: string | null;
  first_reply_at: string | null;
  resolved_at: string | null;
  closed_at: string | null;
  cancelled_at: string | null;
  /** The highest rank of a queue it has waited in. */
  highest_rank: number | null;
  escalations: number;
  returns: number;
  transfers: number;
  reopens: number;
  holds: number;
  orphans: number;
  mails_sent: number;
  mails_failed: number;
  /** Mails to the desk's own people that were given up; null in rows of an earlier release. */
  staff_mails_failed: number | null;
};

/** A ticket before its first event. */
export const unseen = ({ tenant, subject, time }: Received): TicketFact => ({
  tenant_id: tenant,
  ticket_id: subject,
  events: 0,
  began_at: time,
  last_event_at: time,
  state: 'NEW',
  number: null,
  subject: null,
  requester_id: null,
  channel: null,
  type: null,
  category: null,
  priority: null,
  tier: null,
  rank: null,
  queue: null,
  team: null,
  owner: null,
  opened_at: null,
  first_reply_at: null,
  resolved_at: null,
  closed_at: null,
  cancelled_at: null,
  highest_rank: null,
  escalations: 0,
  returns: 0,
  transfers: 0,
  reopens: 0,
  holds: 0,
  orphans: 0,
  mails_sent: 0,
  mails_failed: 0,
  staff_mails_failed: 0,
});

export type Place = { tier: string; rank: number; queue: string; team: string };

const placed = ({ tier, rank, queue, team }: Place) => ({ tier, rank, queue, team });

const onOpened = ({ data }: FactOf<typeof TicketOpened>, time: string): Partial<TicketFact> => ({
  number: data.number,
  subject: data.subject,
  requester_id: data.requesterId,
  channel: data.channel,
  category: data.category,
  opened_at: time,
});

const onQueued = (fact: TicketFact, { data }: FactOf<typeof TicketQueued>): Partial<TicketFact> => ({
  ...placed(data),
  state: 'QUEUED',
  owner: null,
  priority: data.priority,
  highest_rank: Math.max(fact.highest_rank ?? 0, data.rank),
});

/** What the work on a ticket changes: state, place, owner. */
const workOf = (fact: TicketFact, event: Received): Partial<TicketFact> => {
  const { time } = event;
  if (is(TicketQueued, event)) return onQueued(fact, event);
  if (is(TicketClaimed, event)) return { ...placed(event.data), state: 'ASSIGNED', owner: event.data.agentId };
  if (is(WorkStarted, event)) return { ...placed(event.data), state: 'IN_PROGRESS', owner: event.data.agentId };
  if (is(TicketHeld, event)) return { ...placed(event.data), state: 'PENDING', holds: fact.holds + 1 };
  if (is(TicketResumed, event)) return { ...placed(event.data), state: fact.owner ? 'IN_PROGRESS' : 'QUEUED' };
  if (is(AgentReplied, event)) return { first_reply_at: fact.first_reply_at ?? time };
  if (is(TicketResolved, event)) return { ...placed(event.data), state: 'RESOLVED', resolved_at: time };
  if (is(TicketClosed, event)) return { state: 'CLOSED', closed_at: time };
  if (is(TicketCancelled, event)) return { state: 'CANCELLED', cancelled_at: time, owner: null };
  if (is(TicketReopened, event))
    return { state: 'QUEUED', resolved_at: null, closed_at: null, reopens: fact.reopens + 1 };
  return {};
};

const standing = ({ state, place, owner }: Standing): Partial<TicketFact> => ({
  state,
  owner,
  ...(place ? placed(place) : { queue: null, team: null }),
});

/** An act that was taken back does not count: the ticket stands as before it. */
const undone = (fact: TicketFact, { data }: FactOf<typeof ActUndone>): Partial<TicketFact> => {
  const { act } = data;
  return {
    ...standing(data.now),
    holds: fact.holds - (act === 'hold' ? 1 : 0),
    transfers: fact.transfers - (act === 'transfer' ? 1 : 0),
    escalations: fact.escalations - (act === 'escalate' ? 1 : 0),
  };
};

/** What ends a ticket so that it can come back, and what brings it back. */
const takenBack = (fact: TicketFact, event: Received): Partial<TicketFact> => {
  if (is(TicketMarkedSpam, event)) return { state: 'SPAM', owner: null };
  if (is(TicketMerged, event)) return { state: 'MERGED', owner: null };
  if (is(TicketUnmerged, event)) return standing(event.data.now);
  return is(ActUndone, event) ? undone(fact, event) : {};
};

/** What moves a ticket; between two queues it has none. */
const moveOf = (fact: TicketFact, event: Received): Partial<TicketFact> => {
  const waiting = { state: 'QUEUED', owner: null } as const;
  if (is(TicketEscalated, event)) {
    const { toTier, toRank } = event.data;
    return { ...waiting, tier: toTier, rank: toRank, queue: null, team: null, escalations: fact.escalations + 1 };
  }
  if (is(TicketReturned, event)) return { ...waiting, ...placed(event.data.to), returns: fact.returns + 1 };
  if (is(TicketTransferred, event)) return { ...waiting, ...placed(event.data.to), transfers: fact.transfers + 1 };
  return {};
};

const restOf = (fact: TicketFact, event: Received): Partial<TicketFact> => {
  if (is(TicketOpened, event)) return onOpened(event, event.time);
  if (is(TicketRouted, event)) {
    const { type, category, priority } = event.data;
    return { type, category, priority };
  }
  if (is(OrphanDetected, event) || is(InboundUnaccounted, event)) return { orphans: fact.orphans + 1 };
  if (is(NotificationSent, event)) return { mails_sent: fact.mails_sent + 1 };
  if (is(NotificationFailed, event)) return { mails_failed: fact.mails_failed + 1 };
  if (is(StaffNotificationFailed, event)) return { staff_mails_failed: (fact.staff_mails_failed ?? 0) + 1 };
  return {};
};

/** The row after one more event; of the order it takes only that of the ticket's events in their topic. */
export const after = (fact: TicketFact, event: Received): TicketFact => ({
  ...fact,
  ...restOf(fact, event),
  ...workOf(fact, event),
  ...moveOf(fact, event),
  ...takenBack(fact, event),
  events: fact.events + 1,
  last_event_at: event.time,
});

/** Where an event happened: the queue it is about, for moves the one that was left. */
export const placeOf = (event: Received): Place | null => {
  const data = event.data as Partial<Place> & { from?: Place };
  if (data.from) return placed(data.from);
  const { tier, rank, queue, team } = data;
  return tier && rank && queue && team ? { tier, rank, queue, team } : null;
};
