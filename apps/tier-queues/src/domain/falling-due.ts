import { PriorityChanged, SlaBreached, SlaOverrun, TicketStalled, is, type Priority } from '@tierline/contracts';
import { raised } from './attention.ts';
import { calendarOf } from './clocks/calendar.ts';
import type { Clock, ClockEntry } from './clocks/clock.ts';
import { factOf } from './clocks/ledger.ts';
import { breach, overrun, warn, warningsOf } from './clocks/running.ts';
import { promiseWords } from './clocks/wording.ts';
import type { FireClock } from './command.ts';
import type { Desk } from './desk.ts';
import type { ClockFact, TicketFact } from './facts.ts';
import { actionsAt, toLead, toldOfBreach, toldOfWarning } from './reminders.ts';
import { systemEscalation } from './system-escalation.ts';
import type { KnownTicket } from './ticket.ts';

/** The events of clock entries, with whom each is told to. `ticket` is as it was before them. */
export const publishedAs = (entries: readonly ClockEntry[], ticket: KnownTicket, desk: Desk): ClockFact[] =>
  entries.map((entry) =>
    factOf(entry, (what, { clock: id, at, ...rest }) => {
      const clock = ticket.clocks.find((one) => one.id === id);
      if (!clock) return [toLead(ticket, desk, at)];
      if (what === 'warned') return toldOfWarning(ticket, clock, desk, at);
      return toldOfBreach(ticket, clock, desk, { at, ...('share' in rest && { share: rest.share }) });
    }),
  );

const moreUrgent: Readonly<Record<Priority, Priority>> = { P1: 'P1', P2: 'P1', P3: 'P2', P4: 'P3' };

/** Whoever is in charge is told of it: then it is on their list, too. */
const isForLead = (missed: readonly ClockFact[]): boolean =>
  missed.some(
    (fact) => (is(SlaBreached, fact) || is(SlaOverrun, fact)) && fact.data.tell.some(({ who }) => who !== 'owner'),
  );

const actionsOf = (ticket: KnownTicket, clock: Clock, desk: Desk, missed: readonly ClockFact[]): TicketFact[] => {
  const step = missed.find((fact) => is(SlaOverrun, fact));
  const actions = actionsAt(desk, clock, step?.data.share ?? null);
  const reason = `${promiseWords[clock.kind]} was due on ${clock.due}.`;
  const from = ticket.priority;
  const urgent = actions.includes('raise-priority') && from !== null && from !== moreUrgent[from];
  return [
    ...(isForLead(missed) ? raised(ticket, { reason: 'breach', detail: reason, agentId: null }) : []),
    ...(urgent ? [PriorityChanged({ from, to: moreUrgent[from], reason })] : []),
    ...(actions.includes('escalate') ? systemEscalation(ticket, reason, desk) : []),
  ];
};

/** A moment of a clock has come: a warning, the deadline or a step after it, with what the policy does then. Too early or stale: nothing. */
export const fireClock = (
  ticket: KnownTicket,
  { kind, clock: id }: FireClock,
  desk: Desk,
  at: string,
): TicketFact[] => {
  const clock = ticket.clocks.find((one) => one.id === id);
  if (!clock) return [];
  const calendar = calendarOf(desk.book.calendars, clock.calendar);
  if (kind === 'breach' || kind === 'overrun') {
    const entries = (kind === 'breach' ? breach : overrun)(clock, calendar, at);
    const missed = publishedAs(entries, ticket, desk);
    return missed.length > 0 ? [...missed, ...actionsOf(ticket, clock, desk, missed)] : [];
  }
  const [next] = warningsOf(clock, calendar);
  return next ? publishedAs(warn(clock, calendar, next.share, at), ticket, desk) : [];
};

/** Nothing is due and nothing has happened for long. */
export const stalled = (ticket: KnownTicket, desk: Desk, at: string): TicketFact[] => [
  TicketStalled({ tell: [toLead(ticket, desk, at)] }),
];
