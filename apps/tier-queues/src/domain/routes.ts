import { DomainError, OrphanDetected, PriorityChanged, RouteAsked, TicketQueued } from '@tierline/contracts';
import type { AskRoute, Recategorise, Route, Surroundings } from './command.ts';
import { fallbackPlace, placeOf, unjudged, type Desk, type Place } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { leadOf } from './reminders.ts';
import { inState, openStates, placeNow, queuedAt, requireLead, requireTeam } from './guards.ts';
import { awaitedRoute, type AwaitedRoute, type KnownTicket } from './ticket.ts';
import { isLater } from './time.ts';

/** A ticket that fell into a default queue because its route was late, and that nobody has taken since. */
const isStopgap = (ticket: KnownTicket) => ticket.state === 'QUEUED' && ticket.cause === 'unrouted';

/** The ticket had no queue to go to and came here instead; whoever leads the team there is told. */
const strayed = ({ team }: Place, desk: Desk, at: string): TicketFact =>
  OrphanDetected({ kind: 'no-queue', repair: 'default-queue', tell: [leadOf(team, desk, at)] });

/** The ticket stays where it is, and may be taken, until its route has come. */
export const askRoute = (ticket: KnownTicket, { by, reason }: AskRoute): TicketFact[] => {
  requireLead(ticket, by, 'have it routed again');
  const place = placeNow(inState(ticket, 'have another route for', ['QUEUED']));
  return [RouteAsked({ ...place, reason, agentId: by.agentId })];
};

/** The route follows what it is about, and with it runbook and promises; it moves only where nobody has it. */
export const recategorise = (
  ticket: KnownTicket,
  { by, category, reason }: Recategorise,
  around: Surroundings,
): TicketFact[] => {
  const place = placeNow(inState(ticket, 'recategorise', openStates));
  requireTeam(ticket, by, around);
  if (category === ticket.category) return [];
  if (!around.isCategory) {
    const message = `there is no category ${category}`;
    throw new DomainError('category_absent', `category: ${message}.`, 'refused', {
      fields: [{ path: 'category', message }],
    });
  }
  return [RouteAsked({ ...place, category, reason, agentId: by.agentId })];
};

/** The route that was asked for again has come. Whoever took or moved the ticket since has decided otherwise. */
const routedAgain = (
  ticket: KnownTicket,
  { queue }: Route,
  { since, priority }: NonNullable<Route['again']>,
  desk: Desk,
): TicketFact[] => {
  const { place: from, queuedAt: came } = ticket;
  if (ticket.state !== 'QUEUED' || !from || came === null || isLater(came, since)) return [];
  const now = ticket.priority ?? unjudged;
  const to = placeOf(desk, queue);
  const urgent = priority < now ? priority : now;
  const reason = 'It was routed again, by the rules of today.';
  return [
    ...(urgent === now ? [] : [PriorityChanged({ from: now, to: urgent, reason })]),
    ...(to && to.queue !== from.queue ? [TicketQueued({ ...to, cause: 'routed', priority: urgent })] : []),
  ];
};

/** The route has come. A queue that went meanwhile is replaced by the default queue of its tier. */
export const route = (ticket: KnownTicket, act: Route, desk: Desk, at: string): TicketFact[] => {
  const { hop, tier, queue, again } = act;
  if (hop <= ticket.counts.escalations) return [];
  if (again) return routedAgain(ticket, act, again, desk);
  if (!(awaitedRoute(ticket) || isStopgap(ticket))) return [];
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
