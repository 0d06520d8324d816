import { DomainError } from '@tierline/contracts';
import { later, millisecondsOf, type Calendar, type Edition } from './calendar.ts';
import {
  clockId,
  evolveClock,
  isActive,
  shareOf,
  type Clock,
  type ClockEntry,
  type ClockKind,
  type Occasion,
  type Promised,
  type Reading,
} from './clock.ts';
import { addWorkingTime, workingTimeBetween } from './working-time.ts';

/** A promise with the calendar that it is measured by. */
export type Terms = Omit<Promised, 'calendar'> & { readonly calendar: Calendar };

/** What is to be measured, and since when; `nth` where there were clocks about the same before. */
export type Beginning = {
  readonly kind: ClockKind;
  readonly about: string | null;
  readonly nth?: number;
  readonly from: string;
};

const edition = ({ id, version }: Edition): Edition => ({ id, version });

const same = (one: Edition, other: Edition): boolean => one.id === other.id && one.version === other.version;

const requireOwn = (clock: Clock, calendar: Calendar): void => {
  if (same(clock.calendar, calendar)) return;
  throw new DomainError(
    'clock_calendar_differs',
    `Clock ${clock.id} counts by calendar ${clock.calendar.id}, version ${clock.calendar.version}, not by ${calendar.id}, version ${calendar.version}.`,
  );
};

/** What the clock shows at an instant; one before its last entry changes nothing. Working time as in `Reading`. */
export const readingAt = (clock: Clock, calendar: Calendar, at: string): Reading => {
  requireOwn(clock, calendar);
  const passed = isActive(clock) ? workingTimeBetween(calendar, clock.since, at) : 0;
  return {
    consumed: clock.consumed + (clock.state === 'running' ? passed : 0),
    paused: clock.paused + (clock.state === 'paused' ? passed : 0),
    since: later(at, clock.since),
    due: clock.due,
  };
};

const dueAfter = (calendar: Calendar, { since, consumed }: Pick<Reading, 'since' | 'consumed'>, target: number) =>
  addWorkingTime(calendar, since, Math.max(0, target - consumed));

/** When the target is used up, or was when it was missed; null unless the clock runs. */
export const dueOf = (clock: Clock, calendar: Calendar): string | null => {
  requireOwn(clock, calendar);
  if (clock.state !== 'running') return null;
  return clock.breached ?? dueAfter(calendar, clock, clock.target);
};

/** The first entry of a clock. */
export const startClock = ({ kind, about, nth, from }: Beginning, terms: Terms, occasion: Occasion): ClockEntry[] => [
  {
    ...occasion,
    type: 'started',
    clock: clockId(kind, about, nth),
    kind,
    about,
    from,
    policy: edition(terms.policy),
    calendar: edition(terms.calendar),
    target: terms.target,
    warnings: terms.warnings,
    ...(terms.steps && { steps: terms.steps }),
    why: terms.why,
    consumed: 0,
    paused: 0,
    since: from,
    due: dueAfter(terms.calendar, { since: from, consumed: 0 }, terms.target),
  },
];

const isPast = (due: string | null, at: string): boolean => due !== null && millisecondsOf(at) > millisecondsOf(due);

/** The breach whose timer has not fired yet: what comes next must not hide it. */
const missed = (clock: Clock, calendar: Calendar, at: string): ClockEntry[] =>
  clock.state === 'running' && clock.breached === null && isPast(clock.due, at)
    ? [{ ...readingAt(clock, calendar, at), at, cause: 'time-passed', type: 'breached', clock: clock.id }]
    : [];

/** Puts a running clock on hold. */
export const pause = (clock: Clock, calendar: Calendar, occasion: Occasion): ClockEntry[] => {
  if (clock.state !== 'running') return [];
  const reading = { ...readingAt(clock, calendar, occasion.at), due: null };
  return [...missed(clock, calendar, occasion.at), { ...reading, ...occasion, type: 'paused', clock: clock.id }];
};

/**
 * Lets a clock go on with the time that it had used: after a hold, or after it ended, when the ticket is open again.
 * `since` is when that happened, where it was noted only later.
 */
export const resume = (clock: Clock, calendar: Calendar, occasion: Occasion, since = occasion.at): ClockEntry[] => {
  if (clock.state === 'running') return [];
  const reading = readingAt(clock, calendar, since);
  const due = clock.breached ?? dueAfter(calendar, reading, clock.target);
  return [{ ...reading, ...occasion, due, type: 'resumed', clock: clock.id }];
};

/** Ends a clock: its goal was reached, in time or late, or it was given up. */
export const stop = (
  clock: Clock,
  calendar: Calendar,
  occasion: Occasion,
  goal: 'reached' | 'given-up',
): ClockEntry[] => {
  if (!isActive(clock)) return [];
  const breach = missed(clock, calendar, occasion.at);
  const reading = { ...readingAt(clock, calendar, occasion.at), due: null };
  const reached = goal === 'reached';
  const inTime = reached && breach.length === 0 && clock.breached === null;
  const end = inTime ? ({ type: 'met' } as const) : ({ type: 'stopped', reached } as const);
  return [...breach, { ...reading, ...occasion, ...end, clock: clock.id }];
};

const unchanged = (clock: Clock, { policy, calendar, target, warnings, steps = [] }: Terms): boolean =>
  same(clock.policy, policy) &&
  same(clock.calendar, calendar) &&
  clock.target === target &&
  clock.warnings.join() === warnings.join() &&
  (clock.steps ?? []).join() === steps.join();

/**
 * Puts an open clock under another promise: the policy, its calendar or the priority changed. Used and held time stay.
 * A breach of the old promise stays in the ledger; the new one is judged anew unless its target is used up as well.
 */
export const retarget = (clock: Clock, calendar: Calendar, terms: Terms, occasion: Occasion): ClockEntry[] => {
  if (!isActive(clock) || unchanged(clock, terms)) return [];
  const breach = missed(clock, calendar, occasion.at);
  const before = breach.reduce<Clock>(evolveClock, clock);
  const reading = readingAt(before, calendar, occasion.at);
  const missedStill = reading.consumed < terms.target ? null : before.breached;
  const due = clock.state === 'paused' ? null : (missedStill ?? dueAfter(terms.calendar, reading, terms.target));
  const { policy, target, warnings, steps, why } = terms;
  const own = { target, warnings, ...(steps && { steps }), why };
  const promised = { policy: edition(policy), calendar: edition(terms.calendar), ...own };
  return [...breach, { ...reading, ...occasion, ...promised, due, type: 'retargeted', clock: clock.id }];
};

/** A share of the target, in per cent, and when it is used up. */
export type Warning = { readonly share: number; readonly at: string };

/** The warnings that a running clock has still to give. Of those that are past already only the highest, at once. */
export const warningsOf = (clock: Clock, calendar: Calendar): readonly Warning[] => {
  requireOwn(clock, calendar);
  if (clock.state !== 'running' || clock.breached !== null) return [];
  const left = clock.warnings.filter((share) => share > Math.max(0, ...clock.warned));
  const past = left.filter((share) => shareOf(clock.target, share) <= clock.consumed);
  return left
    .filter((share) => !past.includes(share) || share === past.at(-1))
    .map((share) => ({ share, at: dueAfter(calendar, clock, shareOf(clock.target, share)) }));
};

/** The steps after a breach that a running clock has still to take; of those that are past only the furthest, at once. */
export const stepsOf = (clock: Clock, calendar: Calendar): readonly Warning[] => {
  requireOwn(clock, calendar);
  if (clock.state !== 'running' || clock.breached === null) return [];
  const { steps = [], overran = [], target, consumed } = clock;
  const left = steps.filter((share) => share > Math.max(0, ...overran));
  const past = left.filter((share) => shareOf(target, share) <= consumed);
  return left
    .filter((share) => !past.includes(share) || share === past.at(-1))
    .map((share) => ({ share, at: dueAfter(calendar, clock, shareOf(target, share)) }));
};

/** The entry of the next step after a breach, once its moment has come; nothing when it is too early or the clock rests. */
export const overrun = (clock: Clock, calendar: Calendar, at: string): ClockEntry[] => {
  const [next] = stepsOf(clock, calendar);
  if (!next || millisecondsOf(at) < millisecondsOf(next.at)) return [];
  const reading = readingAt(clock, calendar, at);
  return [{ ...reading, at, cause: 'time-passed', type: 'overran', clock: clock.id, share: next.share }];
};

/** The entry of a warning whose moment has come; nothing when it is too early, given already, or the clock rests. */
export const warn = (clock: Clock, calendar: Calendar, share: number, at: string): ClockEntry[] => {
  const due = warningsOf(clock, calendar).find((warning) => warning.share === share)?.at;
  if (due === undefined || millisecondsOf(at) < millisecondsOf(due)) return [];
  const reading = readingAt(clock, calendar, at);
  return [{ ...reading, at, cause: 'time-passed', type: 'warned', clock: clock.id, share }];
};

/** The entry of a breach whose moment has come; nothing when it is too early, noted already, or the clock rests. */
export const breach = (clock: Clock, calendar: Calendar, at: string): ClockEntry[] => {
  if (clock.state !== 'running' || clock.breached !== null || clock.due === null) return [];
  if (millisecondsOf(at) < millisecondsOf(clock.due)) return [];
  const reading = readingAt(clock, calendar, at);
  return [{ ...reading, at, cause: 'time-passed', type: 'breached', clock: clock.id }];
};
