import { OrphanDetected } from '@tierline/contracts';
import type { Route } from './command.ts';
import { fallbackPlace, type Desk } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { leadOf } from './reminders.ts';
import { queuedAt } from './guards.ts';
import { awaitedRoute, type AwaitedRoute, type KnownTicket } from './ticket.ts';

/** A ticket that fell into a default queue because its route was late, and that nobody has taken since. */
const isStopgap = (ticket: KnownTicket) => ticket.state === 'QUEUED' && ticket.cause === 'unrouted';

export const route = (ticket: KnownTicket, { hop, tier, queue }: Route, desk: Desk): TicketFact[] => {
  if (hop <= ticket.counts.escalations || !(awaitedRoute(ticket) || isStopgap(ticket))) return [];
  const place = fallbackPlace(desk, queue, tier);
  // Without a desk the ticket keeps waiting; its timer asks again.
  if (!place || place.queue === ticket.place?.queue) return [];
  return [queuedAt(ticket, place, 'routed')];
};

/** No route came in time: the ticket goes where it was wanted, else into the default queue of its tier. */
export const unrouted = (ticket: KnownTicket, awaited: AwaitedRoute, desk: Desk, at: string): TicketFact[] => {
  const place = fallbackPlace(desk, awaited.queue, awaited.tier);
  if (!place) return [];
  const tell = [leadOf(place.team, desk, at)];
  return [OrphanDetected({ kind: 'no-queue', repair: 'default-queue', tell }), queuedAt(ticket, place, 'unrouted')];
};
