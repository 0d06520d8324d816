import { Temporal } from 'temporal-polyfill';
import { calendarOf, millisecondsOf, weekdays, type Calendar, type Span } from './calendar.ts';
import { evolveClock, type Cause, type Clock, type ClockEntry, type ClockKind } from './clock.ts';
import {
  causeWords,
  dateWords,
  durationWords,
  hoursWords,
  localTime,
  promiseWords,
  spansWords,
  timeWords,
} from './wording.ts';

const sentence = (text: string): string => `${text}.`;

const statusOf = (clock: Clock, { zone }: Calendar, at: string): string => {
  const time = (instant: string) => timeWords(instant, zone);
  switch (clock.state) {
    case 'running':
      return clock.breached === null
        ? `Due ${time(clock.due ?? at)} (${zone})`
        : `Was due ${time(clock.breached)} (${zone}) and is late`;
    case 'paused': {
      const left = clock.target - clock.consumed;
      return `On hold since ${time(at)} (${zone}); ${left > 0 ? `${durationWords(left)} are left when it goes on` : 'it was late before'}`;
    }
    case 'met':
      return `Kept on ${time(at)} (${zone})`;
    case 'late':
      return `Reached on ${time(at)} (${zone}), too late`;
    case 'stopped':
      return `Ended on ${time(at)} (${zone}) without a result`;
  }
};

/** A policy as people call it. */
export type Named = { readonly id: string; readonly name: string };

/** One that is there no longer has but its id. */
const nameOf = ({ id }: { readonly id: string }, policies: readonly Named[]): string =>
  policies.find((policy) => policy.id === id)?.name ?? id;

const promiseOf = (
  { kind, target, policy, why }: Clock,
  calendar: Calendar,
  policies: readonly Named[],
): readonly string[] => [
  `${promiseWords[kind]} within ${durationWords(target)} of working time: ${hoursWords(calendar)}`,
  `Promised by ${why} (policy ${nameOf(policy, policies)}, version ${policy.version}; calendar ${calendar.id}, version ${calendar.version})`,
];

/** Working days between two instants with other hours than usual: what a requester asks about first. */
const unusualDays = ({ zone, hours, holidays, exceptions }: Calendar, from: string, to: string): readonly string[] => {
  const first = localTime(from, zone).toPlainDate().toString();
  const last = localTime(to, zone).toPlainDate().toString();
  const special = new Map([
    ...holidays.map((day) => [day.date, { ...day, hours: [] as readonly Span[] }] as const),
    ...exceptions.map((day) => [day.date, day] as const),
  ]);
  return [...special.values()]
    .filter(({ date }) => first <= date && date <= last)
    .sort((one, other) => one.date.localeCompare(other.date))
    .flatMap(({ date, name, hours: open }) => {
      const day = Temporal.PlainDate.from(date);
      if (open.length === 0 && !hours[weekdays[day.dayOfWeek % 7]!]?.length) return [];
      return [`${dateWords(day)} ${open.length === 0 ? 'closed' : `open ${spansWords(open)}`} (${name})`];
    });
};

/** What the requester did that a promise is measured from; it was noted later, with what came of it. */
const beginnings: Readonly<Partial<Record<ClockKind, Cause>>> = {
  'sla-first-response': 'opened',
  'sla-resolution': 'opened',
  'sla-next-response': 'requester-replied',
};

const beginningOf = ({ kind, from, at, cause }: Extract<ClockEntry, { type: 'started' }>): string =>
  causeWords[(millisecondsOf(from) < millisecondsOf(at) ? beginnings[kind] : undefined) ?? cause];

const story = (entry: ClockEntry, before: Clock | null, zone: string): string => {
  const time = timeWords(entry.at, zone);
  const why = causeWords[entry.cause];
  const used = `${durationWords(entry.consumed)} used`;
  switch (entry.type) {
    case 'started':
      return `Counts from ${timeWords(entry.from, zone)}: ${beginningOf(entry)}`;
    case 'paused':
      return `${used} before it was put on hold on ${time}: ${why}`;
    case 'resumed': {
      const since = timeWords(entry.since, zone);
      return before?.state === 'paused'
        ? `Went on from ${since}, after ${durationWords(entry.paused - before.paused)} of working time on hold: ${why}`
        : `Counts again from ${since}, with ${used}: ${why}`;
    }
    case 'warned':
      return `Warned on ${time}: ${entry.share} % used`;
    case 'overran':
      return `Told further on ${time}: ${entry.share} % used`;
    case 'breached':
      return `Missed on ${timeWords(entry.due ?? entry.at, zone)}`;
    case 'retargeted':
      return `Since ${time} the target is ${durationWords(entry.target)}, with ${used}: ${why}`;
    case 'met':
    case 'stopped':
      return `${used} until ${time}: ${why}`;
  }
};

/**
 * Why a clock is due when it is, for its requester, one sentence a line: the deadline, the promise, who made it, what
 * happened so far, days that count otherwise. Takes the entries of that one clock, the calendars that they name, and the policies that there are.
 * Throws `DomainError` `calendar_unknown`, and `RangeError` when the ledger does not begin with its start.
 */
export const explain = (
  ledger: readonly ClockEntry[],
  calendars: readonly Calendar[],
  policies: readonly Named[] = [],
): readonly string[] => {
  let clock: Clock | null = null;
  const told: string[] = [];
  for (const entry of ledger) {
    const next: Clock = evolveClock(clock, entry);
    told.push(story(entry, clock, calendarOf(calendars, next.calendar).zone));
    clock = next;
  }
  const last = ledger.at(-1);
  if (clock === null || last === undefined) throw new RangeError('A ledger without entries explains nothing.');
  const calendar = calendarOf(calendars, clock.calendar);
  const until = clock.due ?? last.at;
  const end = millisecondsOf(until) > millisecondsOf(last.at) ? until : last.at;
  const unusual = unusualDays(calendar, clock.from, end);
  // Another promise may have come after it.
  const rest = ledger.findLast(({ type }) => type === 'paused' || type === 'met' || type === 'stopped');
  return [
    statusOf(clock, calendar, (rest ?? last).at),
    ...promiseOf(clock, calendar, policies),
    ...told,
    ...(unusual.length > 0 ? [`Other hours on the way: ${unusual.join('; ')}`] : []),
  ].map(sentence);
};
