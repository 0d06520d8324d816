import { acceptanceDue } from './acceptance.ts';
import { calendarOf } from './clocks/calendar.ts';
import type { Clock } from './clocks/clock.ts';
import { stepsOf, warningsOf } from './clocks/running.ts';
import type { Desk } from './desk.ts';
import { isOpen } from './snapshot.ts';
import { awaitedRoute, type KnownTicket, type Ticket } from './ticket.ts';
import { after, hour } from './time.ts';

/** Timers that a state wants, that a major incident wants, and `stalled` for an open ticket on which nothing is due. */
export type StateTimerKind = 'unrouted' | 'wake-up' | 'close' | 'stakeholder-update' | 'stalled' | 'acceptance';
/** Timers that a running clock wants: its next warning and its deadline, and after that its next step. */
export type ClockTimerKind = 'warning' | 'breach' | 'overrun';
export type TimerKind = StateTimerKind | ClockTimerKind;

/** A timer that the ticket wants; `generation` tells it from an earlier one of its kind. */
export type Timer = {
  readonly kind: TimerKind;
  /** The clock that it belongs to; empty where it belongs to the state. */
  readonly clock: string;
  readonly due: string;
  readonly generation: number;
};

type Terms = Pick<Desk, 'limits' | 'book' | 'tiers' | 'queues'>;

/** A timer of which there is a new generation whenever it falls due at another moment. */
const dated = (kind: TimerKind, clock: string, due: string): Timer => ({
  kind,
  clock,
  due,
  generation: Date.parse(due),
});

const ofClock = (clock: Clock, { book }: Terms): Timer[] => {
  if (clock.state !== 'running' || clock.due === null) return [];
  const calendar = calendarOf(book.calendars, clock.calendar);
  if (clock.breached !== null)
    return stepsOf(clock, calendar)
      .slice(0, 1)
      .map(({ at }) => dated('overrun', clock.id, at));
  const [next] = warningsOf(clock, calendar);
  const breach = dated('breach', clock.id, clock.due);
  return next ? [dated('warning', clock.id, next.at), breach] : [breach];
};

const ofMajorIncident = (ticket: KnownTicket): Timer[] => {
  const { major } = ticket.beside;
  if (!major || !isOpen(ticket)) return [];
  return [{ kind: 'stakeholder-update', clock: '', due: major.updateDue, generation: major.armed }];
};

const ofState = (ticket: KnownTicket, desk: Terms, now: string): Timer[] => {
  const { limits } = desk;
  const generation = ticket.armed;
  const armed = (kind: TimerKind, due: string): Timer[] => [{ kind, clock: '', due, generation }];
  if (awaitedRoute(ticket)) return armed('unrouted', after(now, limits.unrouted));
  if (ticket.state === 'PENDING') return armed('wake-up', ticket.hold.until);
  if (ticket.state === 'RESOLVED') return armed('close', after(ticket.resolvedAt, limits.close));
  const due = ticket.state === 'ASSIGNED' ? acceptanceDue(ticket, desk) : null;
  return due === null ? [] : [dated('acceptance', '', due)];
};

/** A begun hour more, so that each note on a ticket does not arm it anew. */
const stalledAt = (now: string, { limits }: Terms): string => {
  const due = Date.parse(after(now, limits.stalled));
  return new Date(Math.ceil(due / hour) * hour).toISOString();
};

/**
 * The timers that the ticket wants: an open one always wants one. `now` counts only when one is armed anew: waiting for
 * a route is measured from when this service learned of it, so that an event that arrives late does not fall due at once.
 */
export const timersOf = (ticket: Ticket, desk: Terms, now: string): readonly Timer[] => {
  if (ticket.state === 'ABSENT') return [];
  const ofClocks = ticket.clocks.flatMap((clock) => ofClock(clock, desk));
  const timers = [...ofState(ticket, desk, now), ...ofClocks, ...ofMajorIncident(ticket)];
  return isOpen(ticket) && timers.length === 0 ? [dated('stalled', '', stalledAt(now, desk))] : timers;
};
