import { OrphanDetected } from '@tierline/contracts';
import type { Route } from './command.ts';
import { fallbackPlace, type Desk, type Place } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { leadOf } from './reminders.ts';
import { queuedAt } from './guards.ts';
import { awaitedRoute, type AwaitedRoute, type KnownTicket } from './ticket.ts';

/** A ticket that fell into a default queue because its route was late, and that nobody has taken since. */
const isStopgap = (ticket: KnownTicket) => ticket.state === 'QUEUED' && ticket.cause === 'unrouted';

/** The ticket had no queue to go to and came here instead; whoever leads the team there is told. */
const strayed = ({ team }: Place, desk: Desk, at: string): TicketFact =>
  OrphanDetected({ kind: 'no-queue', repair: 'default-queue', tell: [leadOf(team, desk, at)] });

/** The route has come. A queue that went meanwhile is replaced by the default queue of its tier. */
export const route = (ticket: KnownTicket, { hop, tier, queue }: Route, desk: Desk, at: string): TicketFact[] => {
  if (hop <= ticket.counts.escalations || !(awaitedRoute(ticket) || isStopgap(ticket))) return [];
  const place = fallbackPlace(desk, queue, tier);
  // Without a desk the ticket keeps waiting; its timer asks again.
  if (!place || place.queue === ticket.place?.queue) return [];
  const isGone = place.queue !== queue;
  return [...(isGone ? [strayed(place, desk, at)] : []), queuedAt(ticket, place, 'routed')];
};

/** No route came in time: the ticket goes where it was wanted, else into the default queue of its tier. */
export const unrouted = (ticket: KnownTicket, awaited: AwaitedRoute, desk: Desk, at: string): TicketFact[] => {
  const place = fallbackPlace(desk, awaited.queue, awaited.tier);
  if (!place) return [];
  return [strayed(place, desk, at), queuedAt(ticket, place, 'unrouted')];
};
