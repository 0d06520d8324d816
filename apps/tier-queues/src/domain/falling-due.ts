import { PriorityChanged, TicketStalled, type Priority } from '@tierline/contracts';
import { raised as toTheLead } from './attention.ts';
import { calendarOf } from './clocks/calendar.ts';
import type { Clock, ClockEntry } from './clocks/clock.ts';
import { factOf } from './clocks/ledger.ts';
import { breach, warn, warningsOf } from './clocks/running.ts';
import { promiseWords } from './clocks/wording.ts';
import type { FireClock } from './command.ts';
import type { Desk } from './desk.ts';
import type { ClockFact, TicketFact } from './facts.ts';
import { policyOf, toLead, toldOfBreach, toldOfWarning } from './reminders.ts';
import { systemEscalation } from './system-escalation.ts';
import type { KnownTicket } from './ticket.ts';

/** The events of clock entries, with whom each is told to. `ticket` is as it was before them. */
export const publishedAs = (entries: readonly ClockEntry[], ticket: KnownTicket, desk: Desk): ClockFact[] =>
  entries.map((entry) =>
    factOf(entry, (what, { clock: id, at }) => {
      const clock = ticket.clocks.find((one) => one.id === id);
      if (!clock) return [toLead(ticket, at)];
      return (what === 'warned' ? toldOfWarning : toldOfBreach)(ticket, clock, desk, at);
    }),
  );

const raised: Readonly<Record<Priority, Priority>> = { P1: 'P1', P2: 'P1', P3: 'P2', P4: 'P3' };

const actionsOf = (ticket: KnownTicket, clock: Clock, desk: Desk): TicketFact[] => {
  const actions = policyOf(desk, clock)?.onBreach ?? [];
  const reason = `${promiseWords[clock.kind]} was due on ${clock.due}.`;
  const from = ticket.priority;
  const urgent = actions.includes('raise-priority') && from !== null && from !== raised[from];
  return [
    ...(urgent ? [PriorityChanged({ from, to: raised[from], reason })] : []),
    ...(actions.includes('escalate') ? systemEscalation(ticket, reason, desk) : []),
  ];
};

/** A missed promise that a lead or management is told of is theirs to deal with. */
const beforeLead = (ticket: KnownTicket, clock: Clock, desk: Desk, at: string): TicketFact[] =>
  toldOfBreach(ticket, clock, desk, at).some(({ who }) => who !== 'owner')
    ? toTheLead(ticket, {
        reason: 'breach',
        detail: `${promiseWords[clock.kind]} was due on ${clock.due}.`,
        agentId: null,
      })
    : [];

/** A moment of a clock has come: a warning, or the deadline with what the policy does then. Too early or stale: nothing. */
export const fireClock = (
  ticket: KnownTicket,
  { kind, clock: id }: FireClock,
  desk: Desk,
  at: string,
): TicketFact[] => {
  const clock = ticket.clocks.find((one) => one.id === id);
  if (!clock) return [];
  const calendar = calendarOf(desk.book.calendars, clock.calendar);
  if (kind === 'breach') {
    const missed = publishedAs(breach(clock, calendar, at), ticket, desk);
    return missed.length > 0
      ? [...missed, ...actionsOf(ticket, clock, desk), ...beforeLead(ticket, clock, desk, at)]
      : [];
  }
  const [next] = warningsOf(clock, calendar);
  return next ? publishedAs(warn(clock, calendar, next.share, at), ticket, desk) : [];
};

/** Nothing is due and nothing has happened for long. */
export const stalled = (ticket: KnownTicket, at: string): TicketFact[] => [
  TicketStalled({ tell: [toLead(ticket, at)] }),
];
