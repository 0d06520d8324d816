import type { Priority, TicketType } from '@tierline/contracts';
import { DomainError } from '@tierline/contracts';
import { calendarOf, type Calendar } from './calendar.ts';
import { clocksAfter, isActive, type Clock, type ClockEntry, type ClockKind, type Occasion } from './clock.ts';
import { choosePolicy, type Choice, type Policy, type PolicyFacts } from './policies.ts';
import { pause, resume, retarget, startClock, stop, type Terms } from './running.ts';
import { clockMoves, type ClockMove, type MeasuredTicket } from './states.ts';

/** What a tenant promises: the policies of today, and each edition of a calendar that is today's or that a clock counts by. */
export type PromiseBook = { readonly policies: readonly Policy[]; readonly calendars: readonly Calendar[] };

export type ClockedTicket = MeasuredTicket & {
  /** Null until routing has judged it; until then nothing is promised, and then it counts from the opening. */
  readonly priority: Priority | null;
  readonly type: TicketType | null;
  readonly category: string | null;
  readonly organisation: string | null;
};

export type TimeOfDeed = Occasion & {
  /** When it happened, where that is earlier than when it was noted: a hold ends when the requester wrote. */
  readonly happenedAt?: string;
};

const latest = (calendars: readonly Calendar[], id: string): Calendar => {
  const [found] = calendars.filter((calendar) => calendar.id === id).sort((one, other) => other.version - one.version);
  if (found) return found;
  throw new DomainError('calendar_unknown', `There is no calendar ${id}.`);
};

const factsFor = (ticket: ClockedTicket, priority: Priority, kind: ClockKind, about: string | null): PolicyFacts => ({
  priority,
  type: ticket.type,
  category: ticket.category,
  organisation: ticket.organisation,
  tier: ticket.place?.tier ?? null,
  team: ticket.place?.team ?? null,
  vendor: kind === 'uc-vendor' ? about : null,
  partner: ticket.place?.partner ?? null,
});

const choiceFor = (ticket: ClockedTicket, book: PromiseBook, kind: ClockKind, about: string | null): Choice | null =>
  ticket.priority && choosePolicy(book.policies, kind, factsFor(ticket, ticket.priority, kind, about));

const termsFor = (
  ticket: ClockedTicket,
  book: PromiseBook,
  { kind, about }: { kind: ClockKind; about: string | null },
): Terms | null => {
  const choice = choiceFor(ticket, book, kind, about);
  if (!choice?.policy) return null;
  const { policy, target, why } = choice;
  return { policy, calendar: latest(book.calendars, policy.calendar), target, warnings: policy.warnings, why };
};

const moved = (action: ClockMove, ticket: ClockedTicket, book: PromiseBook, deed: TimeOfDeed): ClockEntry[] => {
  const { at, cause, happenedAt } = deed;
  const terms = termsFor(ticket, book, action.move === 'start' ? action.beginning : action.clock);
  if (action.move === 'start') return terms ? startClock(action.beginning, terms, { at, cause }) : [];
  const { move, clock } = action;
  const calendar = calendarOf(book.calendars, clock.calendar);
  switch (move) {
    case 'pause':
      return pause(clock, calendar, { at, cause });
    case 'resume':
      return terms ? resume(clock, calendar, { at, cause }, happenedAt) : [];
    case 'reached':
    case 'given-up':
      return stop(clock, calendar, { at, cause }, move);
  }
};

/** An open clock under today's promise; one that nothing promises any more ends. */
const promisedAnew = (
  clock: Clock,
  ticket: ClockedTicket,
  book: PromiseBook,
  { at, cause }: Occasion,
): ClockEntry[] => {
  if (!isActive(clock)) return [];
  const calendar = calendarOf(book.calendars, clock.calendar);
  // On its way to a queue a ticket has no tier and no team to choose by.
  if (ticket.place === null) return [];
  const terms = termsFor(ticket, book, clock);
  return terms
    ? retarget(clock, calendar, terms, { at, cause })
    : stop(clock, calendar, { at, cause: 'policy-changed' }, 'given-up');
};

/**
 * Every entry that the clocks of a ticket need after something happened to it, or after a policy or a calendar changed:
 * ask after each; where all is well it answers with none. Fold them with `clocksAfter`.
 * Throws `DomainError` `calendar_unknown`.
 */
export const keepTime = (
  clocks: readonly Clock[],
  ticket: ClockedTicket,
  book: PromiseBook,
  deed: TimeOfDeed,
): readonly ClockEntry[] => {
  const { at, cause } = deed;
  const pausedBy = choiceFor(ticket, book, 'sla-resolution', null)?.policy?.pausedBy ?? [];
  const moves = clockMoves(clocks, ticket, { at, cause, pausedBy }).flatMap((move) => moved(move, ticket, book, deed));
  const changes = clocksAfter(clocks, moves).flatMap((clock) => promisedAnew(clock, ticket, book, { at, cause }));
  return [...moves, ...changes];
};
