import type { Channel, Priority, TicketRef, TicketType } from '@tierline/contracts';
import type { Beside, HoldState, Snapshot } from './beside.ts';
import type { Clock } from './clocks/clock.ts';
import type { Place } from './desk.ts';
import type { RouteNeeds } from './needs.ts';

export type QueueCause = 'routed' | 'unrouted' | 'transferred' | 'returned' | 'reopened' | 'resumed' | 'released';

/** A route that is waited for: since when, and the tier and queue that are wanted, as far as they are known. */
export type AwaitedRoute = { readonly since: string; readonly tier: string | null; readonly queue: string | null };

export type Counts = {
  readonly escalations: number;
  readonly bounces: number;
  readonly transfers: number;
  readonly reopens: number;
};

/** What a ticket has in every state. */
export type Dimensions = {
  readonly number: number;
  readonly subject: string;
  readonly requesterId: string;
  readonly organisation: string | null;
  readonly channel: Channel;
  readonly openedAt: string;
  readonly category: string | null;
  readonly type: TicketType | null;
  readonly priority: Priority | null;
  readonly place: Place | null;
  /** The last place in each tier that it left, oldest first: where a return goes. */
  readonly previous: readonly Place[];
  /** When it last came into a queue. */
  readonly queuedAt: string | null;
  readonly owner: string | null;
  readonly lastOwner: string | null;
  readonly counts: Counts;
  /** The requester has had a public reply. */
  readonly replied: boolean;
  readonly requesterWroteAt: string;
  /** The oldest message of the requester that nobody has answered. */
  readonly unansweredSince: string | null;
  /** How often a timer was armed: the generation of the one that is armed. */
  readonly armed: number;
  /** What was promised and how it stands; without ended clocks that can never go on. */
  readonly clocks: readonly Clock[];
  /** What its route asks of who takes it, where it asks for anything. */
  readonly needs?: RouteNeeds | undefined;
  /** When somebody last took it, or was given it. */
  readonly assignedAt?: string | undefined;
  /** Why nobody could be given it, where that was told since it came into its queue. */
  readonly waitsFor?: string | undefined;
  /** Who let it lie last, and when it went back. */
  readonly lapsed?: { readonly agentId: string; readonly at: string } | undefined;
  readonly beside: Beside;
};

type Owned = { readonly owner: string; readonly place: Place };

export type NewTicket = Dimensions & { readonly state: 'NEW'; readonly route: AwaitedRoute };
/** Waits in a queue, or (`place` is null) for the route to one. */
export type QueuedTicket = Dimensions & {
  readonly state: 'QUEUED';
  readonly route: AwaitedRoute | null;
  readonly cause: QueueCause | null;
};
export type AssignedTicket = Dimensions & Owned & { readonly state: 'ASSIGNED' };
export type WorkedTicket = Dimensions & Owned & { readonly state: 'IN_PROGRESS' };
export type HeldTicket = Dimensions & {
  readonly state: 'PENDING';
  readonly place: Place;
  readonly hold: HoldState;
};
export type ResolvedTicket = Dimensions & { readonly state: 'RESOLVED'; readonly resolvedAt: string };
export type ClosedTicket = Dimensions & {
  readonly state: 'CLOSED';
  readonly resolvedAt: string | null;
  readonly closedAt: string;
};
export type CancelledTicket = Dimensions & { readonly state: 'CANCELLED'; readonly cancelledAt: string };
/** Ended as a part of another ticket; `before` is how it stood. */
export type MergedTicket = Dimensions & {
  readonly state: 'MERGED';
  readonly into: TicketRef;
  readonly before: Snapshot;
  readonly mergedAt: string;
};
export type SpamTicket = Dimensions & { readonly state: 'SPAM'; readonly spamAt: string };

/** A ticket that was opened. */
export type KnownTicket =
  | NewTicket
  | QueuedTicket
  | AssignedTicket
  | WorkedTicket
  | HeldTicket
  | ResolvedTicket
  | ClosedTicket
  | CancelledTicket
  | MergedTicket
  | SpamTicket;

export type Ticket = { readonly state: 'ABSENT' } | KnownTicket;

/** The ticket without what belongs to its state alone. */
export const dimensionsOf = (ticket: KnownTicket): Dimensions => ({
  number: ticket.number,
  subject: ticket.subject,
  requesterId: ticket.requesterId,
  organisation: ticket.organisation,
  channel: ticket.channel,
  openedAt: ticket.openedAt,
  category: ticket.category,
  type: ticket.type,
  priority: ticket.priority,
  place: ticket.place,
  previous: ticket.previous,
  queuedAt: ticket.queuedAt,
  owner: ticket.owner,
  lastOwner: ticket.lastOwner,
  counts: ticket.counts,
  replied: ticket.replied,
  requesterWroteAt: ticket.requesterWroteAt,
  unansweredSince: ticket.unansweredSince,
  armed: ticket.armed,
  clocks: ticket.clocks,
  needs: ticket.needs,
  assignedAt: ticket.assignedAt,
  waitsFor: ticket.waitsFor,
  lapsed: ticket.lapsed,
  beside: ticket.beside,
});

/** Where the ticket is, or was last. */
export const lastPlace = (ticket: KnownTicket): Place | null => ticket.place ?? ticket.previous.at(-1) ?? null;

/** The route that the ticket waits for, if it does. */
export const awaitedRoute = (ticket: Ticket): AwaitedRoute | null =>
  ticket.state === 'NEW' || ticket.state === 'QUEUED' ? ticket.route : null;
