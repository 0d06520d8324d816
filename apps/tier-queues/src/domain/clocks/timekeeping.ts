import { DomainError, type Priority, type TicketType } from '@tierline/contracts';
import { calendarOf, type Calendar } from './calendar.ts';
import { clockId, clocksAfter, isActive, type Cause, type Clock, type ClockEntry, type Occasion } from './clock.ts';
import { choosePolicy, type Policy, type PolicyFacts } from './policies.ts';
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
  let found: Calendar | undefined;
  for (const calendar of calendars)
    if (calendar.id === id && (found === undefined || calendar.version > found.version)) found = calendar;
  if (found) return found;
  throw new DomainError('calendar_unknown', `There is no calendar ${id}.`);
};

type Subject = Pick<Clock, 'kind' | 'about'>;

const factsFor = (ticket: ClockedTicket, priority: Priority, { kind, about }: Subject): PolicyFacts => ({
  priority,
  type: ticket.type,
  category: ticket.category,
  organisation: ticket.organisation,
  tier: ticket.place?.tier ?? null,
  team: ticket.place?.team ?? null,
  vendor: kind === 'uc-vendor' ? about : null,
  partner: ticket.place?.partner ?? null,
});

type Promises = (subject: Subject) => { readonly terms: Terms; readonly policy: Policy } | null;

/** What is promised today for each of the ticket's clocks, chosen once. */
const promisesFor = (ticket: ClockedTicket, { policies, calendars }: PromiseBook): Promises => {
  const known = new Map<string, ReturnType<Promises>>();
  const found = (subject: Subject): ReturnType<Promises> => {
    const choice = ticket.priority && choosePolicy(policies, subject.kind, factsFor(ticket, ticket.priority, subject));
    if (!choice) return null;
    const { policy, target, why } = choice;
    const calendar = latest(calendars, policy.calendar);
    const steps = policy.afterBreach?.map(({ share }) => share);
    const terms = { policy, calendar, target, warnings: policy.warnings, ...(steps && { steps }), why };
    return { policy, terms };
  };
  return (subject) => {
    const id = clockId(subject.kind, subject.about);
    const promise = known.has(id) ? known.get(id)! : found(subject);
    known.set(id, promise);
    return promise;
  };
};

const moved = (action: ClockMove, promises: Promises, book: PromiseBook, deed: TimeOfDeed): ClockEntry[] => {
  const { at, cause, happenedAt } = deed;
  if (action.move === 'start') {
    const promise = promises(action.beginning);
    return promise ? startClock(action.beginning, promise.terms, { at, cause }) : [];
  }
  const { move, clock } = action;
  const calendar = calendarOf(book.calendars, clock.calendar);
  switch (move) {
    case 'pause':
      return pause(clock, calendar, { at, cause });
    case 'resume':
      // One on hold is promised still, or ends below; one that had ended goes on only under a promise of today.
      return clock.state === 'paused' || promises(clock) ? resume(clock, calendar, { at, cause }, happenedAt) : [];
    case 'reached':
    case 'given-up':
      return stop(clock, calendar, { at, cause }, move);
  }
};

/** A new edition of the same policy or calendar is the reason for a new target, whatever else happened just then. */
const causeOfChange = (clock: Clock, { policy, calendar }: Terms, cause: Cause): Cause => {
  if (clock.policy.id !== policy.id) return cause;
  if (clock.policy.version !== policy.version) return 'policy-changed';
  return clock.calendar.id === calendar.id && clock.calendar.version !== calendar.version ? 'calendar-changed' : cause;
};

/** An open clock under today's promise; one that nothing promises any more ends. */
const promisedAnew = (clock: Clock, promises: Promises, book: PromiseBook, { at, cause }: Occasion): ClockEntry[] => {
  if (!isActive(clock)) return [];
  const calendar = calendarOf(book.calendars, clock.calendar);
  const promise = promises(clock);
  return promise
    ? retarget(clock, calendar, promise.terms, { at, cause: causeOfChange(clock, promise.terms, cause) })
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
  const promises = promisesFor(ticket, book);
  const pausedBy = promises({ kind: 'sla-resolution', about: null })?.policy.pausedBy ?? [];
  const moves = clockMoves(clocks, ticket, { at, cause, pausedBy }).flatMap((move) =>
    moved(move, promises, book, deed),
  );
  // On its way to a queue a ticket has no tier and no team to choose by: what was promised holds.
  if (ticket.place === null) return moves;
  const changes = clocksAfter(clocks, moves).flatMap((clock) => promisedAnew(clock, promises, book, { at, cause }));
  return [...moves, ...changes];
};
