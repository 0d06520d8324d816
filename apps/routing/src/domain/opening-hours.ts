import type { Calendar } from './desk.ts';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const day = 24 * 60 * 60 * 1_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

const clockIn = (timeZone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  clocks.set(timeZone, clock);
  return clock;
};

const dayBefore = (date: string): string => new Date(Date.parse(date) - day).toISOString().slice(0, 10);

/** The hours that begin on a date, and whether it is another date than its weekday says. */
const hoursOn = ({ hours, closedOn, exceptions = [] }: Calendar, date: string) => {
  const exception = exceptions.find((one) => one.date === date);
  if (exception) return { spans: exception.hours, special: true };
  if (closedOn.some((one) => one.date === date)) return { spans: [], special: true };
  return { spans: hours[weekdays[new Date(date).getUTCDay()]!] ?? [], special: false };
};

/** True when the wall clock of the calendar's zone shows a time within its hours. Throws `RangeError` for an unknown zone. */
export const isOpen = (calendar: Calendar, at: string): boolean => {
  const [date, time] = clockIn(calendar.zone).format(new Date(at)).split(' ') as [string, string];
  const today = hoursOn(calendar, date);
  if (today.spans.some(({ from, to }) => from <= time && (to <= from || time < to))) return true;
  // Hours over midnight belong to the date on which they begin, and end before a date with hours of its own.
  if (today.special) return false;
  return hoursOn(calendar, dayBefore(date)).spans.some(({ from, to }) => to <= from && time < to);
};
