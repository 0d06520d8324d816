import { DomainError } from '@tierline/contracts';
import { millisecondsOf, type Calendar } from './calendar.ts';
import { openYear, type OpenYear } from './opening-hours.ts';

/** Years that a search goes ahead before it gives up. */
const horizon = 100;

const yearOf = (at: number): number => new Date(at).getUTCFullYear();

const instant = (at: number): string => new Date(at).toISOString();

/** The first index whose value is greater. */
const firstAbove = (values: readonly number[], value: number): number => {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** Working time of the year that lies before an instant. */
const worked = ({ starts, ends, before }: OpenYear, at: number): number => {
  const last = firstAbove(starts, at) - 1;
  return last < 0 ? 0 : before[last]! + Math.min(at, ends[last]!) - starts[last]!;
};

/** The instant at which this much of the year's working time, more than none, has just passed. */
const whenWorked = ({ starts, before }: OpenYear, milliseconds: number): number => {
  // The last interval before which less has passed: so a target that ends with the day is due at closing time.
  const index = firstAbove(before, milliseconds - 1) - 1;
  return starts[index]! + milliseconds - before[index]!;
};

const tooFar = (calendar: Calendar): never => {
  throw new DomainError(
    'calendar_out_of_reach',
    `In calendar ${calendar.id}, version ${calendar.version}, that lies more than ${horizon} years ahead.`,
  );
};

/** The working time from one instant to another in milliseconds; none when the second is not later. */
export const workingTimeBetween = (calendar: Calendar, from: string, to: string): number => {
  const [start, end] = [millisecondsOf(from), millisecondsOf(to)];
  if (end <= start) return 0;
  const last = yearOf(end);
  let sum = -worked(openYear(calendar, yearOf(start)), start);
  for (let year = yearOf(start); year < last; year += 1) sum += openYear(calendar, year).total;
  return sum + worked(openYear(calendar, last), end);
};

/**
 * The earliest instant until which this much working time, in whole milliseconds, passes from an instant on.
 * Throws `DomainError` `working_time_invalid` or, when it is more than 100 years ahead, `calendar_out_of_reach`.
 */
export const addWorkingTime = (calendar: Calendar, from: string, milliseconds: number): string => {
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 0)
    throw new DomainError('working_time_invalid', `${milliseconds} is no working time in whole milliseconds.`);
  const start = millisecondsOf(from);
  const first = yearOf(start);
  let open = openYear(calendar, first);
  if (milliseconds === 0) return instant(start);
  let rest = worked(open, start) + milliseconds;
  for (let year = first; year <= first + horizon; year += 1, open = openYear(calendar, year)) {
    if (rest <= open.total) return instant(whenWorked(open, rest));
    rest -= open.total;
  }
  return tooFar(calendar);
};

/** True when the calendar is open at an instant; at closing time it is not. */
export const isOpen = (calendar: Calendar, at: string): boolean => {
  const time = millisecondsOf(at);
  const { starts, ends } = openYear(calendar, yearOf(time));
  const last = firstAbove(starts, time) - 1;
  return last >= 0 && time < ends[last]!;
};

/** When it opens next: the instant itself while it is open. Throws `DomainError` `calendar_out_of_reach` as above. */
export const nextOpening = (calendar: Calendar, at: string): string => {
  const time = millisecondsOf(at);
  if (isOpen(calendar, at)) return instant(time);
  const first = yearOf(time);
  for (let year = first; year <= first + horizon; year += 1) {
    const { starts } = openYear(calendar, year);
    const start = starts[firstAbove(starts, time)];
    if (start !== undefined) return instant(start);
  }
  return tooFar(calendar);
};

/** The hours that are open between two instants, in order and apart from each other; those under way are cut off. */
export const openHours = (calendar: Calendar, from: string, to: string): { from: string; to: string }[] => {
  const [start, end] = [millisecondsOf(from), millisecondsOf(to)];
  const hours: [number, number][] = [];
  for (let year = yearOf(start); year <= yearOf(end); year += 1) {
    const { starts, ends } = openYear(calendar, year);
    starts.forEach((begin, index) => {
      const [one, other] = [Math.max(begin, start), Math.min(ends[index]!, end)];
      const last = hours.at(-1);
      // A year ends in the middle of a night shift.
      if (one < other && last?.[1] === one) last[1] = other;
      else if (one < other) hours.push([one, other]);
    });
  }
  return hours.map(([one, other]) => ({ from: instant(one), to: instant(other) }));
};

const ordinaryWeek = (calendar: Calendar): boolean => calendar.holidays.length + calendar.exceptions.length === 0;

/** True when the calendar never closes. */
export const neverCloses = (calendar: Calendar): boolean =>
  ordinaryWeek(calendar) && openYear(calendar, 2001).total === Date.UTC(2002, 0, 1) - Date.UTC(2001, 0, 1);

/** When to remind somebody: at once under a promise around the clock or without hours of their own, else within them. */
export const reminderTime = (promise: Calendar, recipient: Calendar | null, at: string): string =>
  recipient === null || neverCloses(promise) ? at : nextOpening(recipient, at);
