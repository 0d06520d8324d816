import {
  ActUndone,
  AgentReplied,
  InboundUnaccounted,
  RequesterAskedEscalation,
  RequesterConfirmed,
  RequesterRejected,
  RequesterReplied,
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
  type FactOf,
  type Standing,
} from '@tierline/contracts';

/** Where a ticket stands, in the requester's words. */
export const statuses = [
  'received',
  'waiting',
  'in-progress',
  'waiting-for-you',
  'on-hold',
  'resolved',
  'closed',
  'cancelled',
  'merged',
] as const;
export type Status = (typeof statuses)[number];

/** Whether the desk has told anything of the ticket; `missed`: not yet, and that was published. */
export type Desk = 'silent' | 'missed' | 'heard';

/** A ticket as its requester sees it: what the rules need of it. */
export type KnownRequest = {
  status: Status;
  number: number;
  requesterId: string;
  openedBy: string;
  /** What it is about, as said at its opening or found out since. */
  category: string | null;
  /** Rank of the tier that has it, 1 is the lowest; null before the first queue. */
  tierRank: number | null;
  /** Length of the conversation, the opening text not counted. */
  messages: number;
  resolvedAt: string | null;
  closedAt: string | null;
  /** True while the requester's own confirmation is what closed it. */
  confirmed: boolean;
  /** When the requester last asked for somebody in charge. */
  askedAt: string | null;
  desk: Desk;
  updatedAt: string;
};

export type Request = { status: 'absent' } | KnownRequest;

/** What intake decides about a ticket. */
export type RequestEvent = FactOf<
  | typeof TicketOpened
  | typeof RequesterReplied
  | typeof RequesterConfirmed
  | typeof RequesterRejected
  | typeof RequesterAskedEscalation
  | typeof InboundUnaccounted
>;

/** What the desk did with it, as far as its requester may know. */
export const deskEvents = [
  TicketRouted,
  TicketQueued,
  TicketClaimed,
  WorkStarted,
  AgentReplied,
  TicketHeld,
  TicketResumed,
  TicketEscalated,
  TicketReturned,
  TicketTransferred,
  TicketResolved,
  TicketReopened,
  TicketClosed,
  TicketCancelled,
  TicketMarkedSpam,
  TicketMerged,
  TicketUnmerged,
  ActUndone,
] as const;
export type DeskEvent = FactOf<(typeof deskEvents)[number]>;

export const absent: Request = { status: 'absent' };

const opened = ({ data }: FactOf<typeof TicketOpened>, at: string): KnownRequest => ({
  status: 'received',
  number: data.number,
  requesterId: data.requesterId,
  openedBy: data.openedBy,
  category: data.category,
  tierRank: null,
  messages: 0,
  resolvedAt: null,
  closedAt: null,
  confirmed: false,
  askedAt: null,
  desk: 'silent',
  updatedAt: at,
});

/** The ticket goes on: whatever ended it before does not count any more. */
const goingOn = { resolvedAt: null, closedAt: null, confirmed: false };

const afterOwn = (request: KnownRequest, event: RequestEvent, at: string): KnownRequest => {
  const said = { ...request, messages: request.messages + 1, updatedAt: at };
  switch (event.type) {
    case TicketOpened.type:
      return request;
    case RequesterReplied.type:
      return request.status === 'waiting-for-you' ? { ...said, status: 'in-progress' } : said;
    case RequesterConfirmed.type:
      return {
        ...request,
        status: 'closed',
        confirmed: true,
        closedAt: at,
        updatedAt: at,
        messages: request.messages + (event.data.comment === null ? 0 : 1),
      };
    case RequesterRejected.type:
      return { ...said, ...goingOn, status: 'waiting' };
    case RequesterAskedEscalation.type:
      return { ...request, askedAt: at, updatedAt: at };
    case InboundUnaccounted.type:
      return { ...request, desk: 'missed' };
  }
};

/** A route is no word of those who work on it: until one of theirs comes, nobody has it. */
const afterRoute = (request: KnownRequest, { data }: FactOf<typeof TicketRouted>, at: string): KnownRequest =>
  data.category === request.category ? request : { ...request, category: data.category, updatedAt: at };

const afterMove = (
  request: KnownRequest,
  event: Exclude<DeskEvent, FactOf<typeof TicketRouted>>,
  at: string,
): KnownRequest => {
  const moved = { ...request, ...goingOn, updatedAt: at };
  switch (event.type) {
    case TicketQueued.type:
      return { ...moved, status: 'waiting', tierRank: event.data.rank };
    case TicketEscalated.type:
      return { ...moved, status: 'waiting', tierRank: event.data.toRank };
    case TicketReturned.type:
    case TicketTransferred.type:
      return { ...moved, status: 'waiting', tierRank: event.data.to.rank };
    case TicketClaimed.type:
    case WorkStarted.type:
    case TicketResumed.type:
      return { ...moved, status: 'in-progress', tierRank: event.data.rank };
    case TicketHeld.type:
      return { ...moved, status: event.data.reason === 'CUSTOMER' ? 'waiting-for-you' : 'on-hold' };
    default:
      return afterEnd(request, event, at);
  }
};

type OtherEvent = FactOf<
  | typeof AgentReplied
  | typeof TicketResolved
  | typeof TicketReopened
  | typeof TicketClosed
  | typeof TicketCancelled
  | typeof TicketMarkedSpam
  | typeof TicketMerged
  | typeof TicketUnmerged
  | typeof ActUndone
>;

/** The status of a ticket that the desk took an act back on. */
const statusOf = ({ state, hold }: Standing): Status => {
  if (state === 'NEW') return 'received';
  if (state === 'ASSIGNED' || state === 'IN_PROGRESS') return 'in-progress';
  if (state !== 'PENDING') return 'waiting';
  return hold?.reason === 'CUSTOMER' ? 'waiting-for-you' : 'on-hold';
};

const asBefore = (request: KnownRequest, now: Standing, at: string): KnownRequest => ({
  ...request,
  ...goingOn,
  status: statusOf(now),
  tierRank: now.place?.rank ?? request.tierRank,
  updatedAt: at,
});

const afterEnd = (request: KnownRequest, event: OtherEvent, at: string): KnownRequest => {
  switch (event.type) {
    case AgentReplied.type:
      return { ...request, messages: request.messages + 1, updatedAt: at };
    case TicketResolved.type:
      return {
        ...request,
        ...goingOn,
        status: 'resolved',
        resolvedAt: at,
        messages: request.messages + 1,
        updatedAt: at,
      };
    case TicketReopened.type:
      return { ...request, ...goingOn, status: 'waiting', updatedAt: at };
    case TicketClosed.type:
      // The confirmation closed it here already, at the moment that counts for the requester.
      return request.confirmed ? request : { ...request, status: 'closed', closedAt: at, updatedAt: at };
    case TicketCancelled.type:
    case TicketMarkedSpam.type:
      return { ...request, status: 'cancelled', updatedAt: at };
    case TicketMerged.type:
      return { ...request, status: 'merged', updatedAt: at };
    case TicketUnmerged.type:
    case ActUndone.type:
      return asBefore(request, event.data.now, at);
  }
};

const isOwn = (event: RequestEvent | DeskEvent): event is RequestEvent =>
  event.type === TicketOpened.type ||
  event.type === RequesterReplied.type ||
  event.type === RequesterConfirmed.type ||
  event.type === RequesterRejected.type ||
  event.type === RequesterAskedEscalation.type ||
  event.type === InboundUnaccounted.type;

/** The request after its own event or one of the desk; the same one when the event means nothing to it. */
export const evolve = (request: Request, event: RequestEvent | DeskEvent, at: string): Request => {
  if (request.status === 'absent') return event.type === TicketOpened.type ? opened(event, at) : request;
  if (isOwn(event)) return afterOwn(request, event, at);
  if (event.type === TicketRouted.type) return afterRoute(request, event, at);
  const moved = afterMove(request, event, at);
  return moved.desk === 'heard' ? moved : { ...moved, desk: 'heard' };
};
