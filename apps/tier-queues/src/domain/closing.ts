import { TicketQueued, TicketResumed, TicketTransferred, is } from '@tierline/contracts';
import type { Calendar } from './clocks/calendar.ts';
import { isOpen, nextOpening } from './clocks/working-time.ts';
import type { Act, CloseQueue, Surroundings } from './command.ts';
import { placeOf, type Desk, type Place } from './desk.ts';
import { evolve } from './evolve.ts';
import type { TicketFact } from './facts.ts';
import { queuedAt, systemShift } from './guards.ts';
import { calendarToday } from './shifts.ts';
import type { KnownTicket } from './ticket.ts';

const open: readonly KnownTicket['state'][] = ['QUEUED', 'ASSIGNED', 'IN_PROGRESS'];

type Closed = { readonly place: Place; readonly hours: Calendar; readonly handsOverTo: string };

/** The queue as one that is closed and hands over to another; null when it is open, or keeps what it has. */
const closedAt = ({ queue }: Place, { queues, book }: Desk, at: string): Omit<Closed, 'place'> | null => {
  const { calendar, handsOverTo } = queues.get(queue) ?? {};
  const hours = calendarToday(book, calendar);
  return handsOverTo !== undefined && hours && !isOpen(hours, at) ? { hours, handsOverTo } : null;
};

const opensFirst = (closed: readonly Closed[], at: string): Place =>
  closed
    .map(({ place, hours }) => ({ place, opening: nextOpening(hours, at) }))
    .reduce((first, one) => (one.opening < first.opening ? one : first)).place;

/** Where work goes on, and whether it only waits there, since all that hand over to each other are closed. */
type Onward = { readonly to: Place; readonly waits: boolean };

/**
 * Where what is in the closed queue goes: along the line of those that hand over, to the first that does not. Where the
 * line is a circle, to whichever of it opens first.
 */
const onwardFrom = (from: Place, desk: Desk, at: string): Onward => {
  const passed: Closed[] = [];
  let to = from;
  for (;;) {
    if (passed.some(({ place }) => place.queue === to.queue)) return { to: opensFirst(passed, at), waits: true };
    const closed = closedAt(to, desk, at);
    const next = closed && placeOf(desk, closed.handsOverTo);
    if (!closed || !next || next.tier !== from.tier) return { to, waits: false };
    passed.push({ place: to, ...closed });
    to = next;
  }
};

const waitsThere = 'what it hands over to is closed, too';

/**
 * The hours of the queue ended, and another one goes on with what it leaves: with all that was written down so far, and
 * with a word on how it stood. What is on hold stays until it goes on.
 */
export const closeQueue = (
  ticket: KnownTicket,
  { queue }: CloseQueue,
  { desk }: Surroundings,
  at: string,
): TicketFact[] => {
  const from = ticket.place;
  if (!from || from.queue !== queue || !open.includes(ticket.state)) return [];
  const { to, waits } = onwardFrom(from, desk, at);
  if (to.queue === from.queue) return [];
  const stood = ticket.owner === null ? 'it waited' : `it was with ${ticket.owner}`;
  const begun = ticket.state === 'IN_PROGRESS' ? ', who worked on it' : '';
  const circle = waits ? `; ${waitsThere}, and ${to.queue} opens first` : '';
  const reason = `The hours of ${queue} ended; ${stood}${begun}${circle}.`;
  return [TicketTransferred({ from, to, reason, agentId: systemShift }), queuedAt(ticket, to, 'transferred')];
};

/** True when the facts bring the ticket to where it is, or bring it back to life there with nobody who acts for it. */
const isArrival = (facts: readonly TicketFact[], act: Act, after: KnownTicket): boolean => {
  if (after.state === 'QUEUED') return facts.some((fact) => is(TicketQueued, fact));
  const wokenBy = 'by' in act ? act.by.agentId : null;
  return after.state === 'IN_PROGRESS' && after.owner !== wokenBy && facts.some((fact) => is(TicketResumed, fact));
};

/** The last fact that queues the ticket says why it stays there. */
const staying = (facts: readonly TicketFact[], note: string): TicketFact[] => {
  const last = facts.findLastIndex((fact) => is(TicketQueued, fact));
  return facts.map((fact, index) =>
    index === last && is(TicketQueued, fact) ? { ...fact, data: { ...fact.data, note } } : fact,
  );
};

/** The facts of an act, and what follows where they leave the ticket in a queue that is closed and hands over. */
export const withHandingOn = (
  facts: readonly TicketFact[],
  act: Act,
  before: KnownTicket,
  desk: Desk,
  at: string,
): readonly TicketFact[] => {
  if (act.type === 'close-queue' || !facts.some((fact) => is(TicketQueued, fact) || is(TicketResumed, fact)))
    return facts;
  const after = facts.reduce<KnownTicket>((ticket, fact) => evolve(ticket, fact, at) as KnownTicket, before);
  const { place: from } = after;
  if (!from || !closedAt(from, desk, at) || !isArrival(facts, act, after)) return facts;
  const { to, waits } = onwardFrom(from, desk, at);
  if (to.queue === from.queue) return staying(facts, `${from.queue} is closed; ${waitsThere}, and it opens first.`);
  const circle = waits ? `; ${waitsThere}, and ${to.queue} opens first` : '';
  const reason = `It came to ${from.queue} while that is closed${circle}.`;
  // A route that comes late still finds what only waits for it.
  const cause = after.state === 'QUEUED' && after.cause === 'unrouted' ? 'unrouted' : 'transferred';
  return [...facts, TicketTransferred({ from, to, reason, agentId: systemShift }), queuedAt(after, to, cause)];
};
