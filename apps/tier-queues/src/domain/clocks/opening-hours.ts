import { Temporal } from 'temporal-polyfill';
import { checkCalendar, weekdays, type Calendar, type Span } from './calendar.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** From and to, in milliseconds. */
type Interval = readonly [number, number];

/** The hours that begin on a date: what lies on it, and what reaches into the next date. In milliseconds of the day. */
type Hours = { readonly own: readonly Interval[]; readonly tail: readonly Interval[] };

/** The open intervals of one year in UTC: where each starts and ends, and how much working time of the year lies before it. */
export type OpenYear = {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly before: readonly number[];
  readonly total: number;
};

type Plan = {
  readonly zone: string;
  readonly week: readonly Hours[];
  /** By days since 1970. */
  readonly special: ReadonlyMap<number, Hours>;
  readonly years: Map<number, OpenYear>;
};

const ofDay = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * minute;

const closed: Hours = { own: [], tail: [] };

const hoursOf = (spans: readonly Span[]): Hours => {
  const intervals = spans.map(({ from, to }): Interval => [ofDay(from), ofDay(to)]);
  return {
    own: intervals.map(([from, to]) => [from, to > from ? to : day]),
    tail: intervals.filter(([from, to]) => to <= from && to > 0).map(([, to]) => [0, to]),
  };
};

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / day;

const planOf = (calendar: Calendar): Plan => {
  checkCalendar(calendar);
  return {
    zone: calendar.zone,
    week: weekdays.map((name) => hoursOf(calendar.hours[name] ?? [])),
    special: new Map([
      ...calendar.holidays.map(({ date }) => [dayOf(date), closed] as const),
      ...calendar.exceptions.map(({ date, hours }) => [dayOf(date), hoursOf(hours)] as const),
    ]),
    years: new Map(),
  };
};

// 1 January 1970 was a Thursday; the remainder of days before it is negative.
const weekdayOf = (date: number): number => (((date + 4) % 7) + 7) % 7;

const begunOn = ({ week, special }: Plan, date: number): Hours => special.get(date) ?? week[weekdayOf(date)] ?? closed;

/** The hours that lie on a date, in order; they may overlap. */
const hoursOn = (plan: Plan, date: number): readonly Interval[] => {
  const { own } = begunOn(plan, date);
  if (plan.special.has(date)) return own.toSorted(([one], [other]) => one - other);
  return [...begunOn(plan, date - 1).tail, ...own].sort(([one], [other]) => one - other);
};

type Stretch = { readonly from: number; readonly to: number; readonly offset: number };

/** The stretches of time in which the wall clock of the zone keeps its distance from UTC. */
const stretches = (zone: string, from: number, to: number): Stretch[] => {
  const found: Stretch[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone);
  for (;;) {
    const change = at.getTimeZoneTransition('next');
    const end = change ? Math.min(change.epochMilliseconds, to) : to;
    found.push({ from: at.epochMilliseconds, to: end, offset: at.offsetNanoseconds / 1_000_000 });
    if (!change || end === to) return found;
    at = change;
  }
};

/**
 * Within a stretch the wall clock runs evenly, so hours are moved by its offset and cut at its ends. That alone makes
 * gaps, repeated hours, half-hour changes and dates that a zone left out come out right.
 */
const openIn = (plan: Plan, { from, to, offset }: Stretch): Interval[] => {
  const found: Interval[] = [];
  for (let date = Math.floor((from + offset) / day); date * day < to + offset; date += 1) {
    const midnight = date * day - offset;
    for (const [opens, closes] of hoursOn(plan, date)) {
      const interval: Interval = [Math.max(midnight + opens, from), Math.min(midnight + closes, to)];
      if (interval[0] < interval[1]) found.push(interval);
    }
  }
  return found;
};

const expanded = (plan: Plan, year: number): OpenYear => {
  const open = stretches(plan.zone, Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)).flatMap((stretch) =>
    openIn(plan, stretch),
  );
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [start, end] of open) {
    const last = ends.length - 1;
    if (last >= 0 && start <= ends[last]!) ends[last] = Math.max(ends[last]!, end);
    else {
      starts.push(start);
      ends.push(end);
    }
  }
  let total = 0;
  const before = starts.map((start, index) => {
    const sum = total;
    total += ends[index]! - start;
    return sum;
  });
  return { starts, ends, before, total };
};

// What was worked out for an edition lives as long as the edition itself does.
const plans = new WeakMap<Calendar, Plan>();

/** The open intervals of a year in UTC, worked out once. Refuses an unusable calendar as `checkCalendar` does. */
export const openYear = (calendar: Calendar, year: number): OpenYear => {
  const plan = plans.get(calendar) ?? planOf(calendar);
  plans.set(calendar, plan);
  const known = plan.years.get(year) ?? expanded(plan, year);
  plan.years.set(year, known);
  return known;
};
