import { DomainError } from '@tierline/contracts';
import { Temporal } from 'temporal-polyfill';

/** Hours of one day on the wall clock, `08:00` to `12:00`. With `to` not later than `from` they end on the next day; `24:00` is the end of the day. */
export type Span = { readonly from: string; readonly to: string };

/** From Sunday on, as the days of the week are numbered. */
export const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
export type Weekday = (typeof weekdays)[number];

/** A date, `2026-01-06`, that is closed from midnight to midnight. */
export type Holiday = { readonly date: string; readonly name: string };

/** A date with other hours than its weekday: all the hours of that date, none when empty. It wins over a holiday. */
export type ExceptionalDay = { readonly date: string; readonly hours: readonly Span[]; readonly name: string };

/** Which edition of a calendar or a policy. */
export type Edition = { readonly id: string; readonly version: number };

/**
 * The hours in which time counts. It is open at an instant when the wall clock of its zone shows a time within the
 * hours of that date. Hours over midnight belong to the date on which they begin; what they reach of the next date
 * counts unless that is a holiday or an exceptional day.
 * An edition never changes: an edit is a new object with the next version.
 */
export type Calendar = Edition & {
  /** IANA name of the time zone. */
  readonly zone: string;
  readonly hours: Readonly<Partial<Record<Weekday, readonly Span[]>>>;
  readonly holidays: readonly Holiday[];
  readonly exceptions: readonly ExceptionalDay[];
};

const wholeDay: readonly Span[] = [{ from: '00:00', to: '24:00' }];

/** The hours of a desk that never closes. */
export const aroundTheClock: Calendar['hours'] = Object.fromEntries(weekdays.map((day) => [day, wholeDay]));

/** Milliseconds since 1970 of an instant in ISO 8601. Throws `DomainError` `instant_invalid`. */
export const millisecondsOf = (instant: string): number => {
  const milliseconds = Date.parse(instant);
  if (Number.isNaN(milliseconds)) throw new DomainError('instant_invalid', `"${instant}" is no instant in ISO 8601.`);
  return milliseconds;
};

/** The later one of two instants. */
export const later = (one: string, other: string): string =>
  millisecondsOf(one) >= millisecondsOf(other) ? one : other;

/** The edition of a calendar. Throws `DomainError` `calendar_unknown`. */
export const calendarOf = (calendars: readonly Calendar[], { id, version }: Edition): Calendar => {
  const found = calendars.find((calendar) => calendar.id === id && calendar.version === version);
  if (found) return found;
  throw new DomainError('calendar_unknown', `There is no calendar ${id} in version ${version}.`);
};

const refuse = (code: string, path: string, message: string): never => {
  throw new DomainError(code, `${path}: ${message}.`, 'refused', { fields: [{ path, message }] });
};

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const checkSpans = (spans: readonly Span[], path: string): void =>
  spans.forEach(({ from, to }, index) => {
    const code = 'calendar_hours_invalid';
    if (!isTime(from)) refuse(code, `${path}.${index}.from`, `"${from}" is no time from 00:00 to 23:59`);
    if (!isTime(to) && to !== '24:00') refuse(code, `${path}.${index}.to`, `"${to}" is no time from 00:00 to 24:00`);
    if (from === to) refuse(code, `${path}.${index}.to`, 'hours have to end at another time than they begin');
  });

const isDate = (text: string): boolean => {
  const midnight = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
};

const checkDates = (dates: readonly string[], path: string): void =>
  dates.forEach((date, index) => {
    const code = 'calendar_date_invalid';
    if (!isDate(date)) refuse(code, `${path}.${index}.date`, `"${date}" is no date`);
    if (path === 'exceptions' && dates.indexOf(date) !== index)
      refuse(code, `${path}.${index}.date`, `${date} stands here twice`);
  });

/** True for a zone of the IANA database by its name. */
export const zoneExists = (zone: string): boolean => {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId.length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/**
 * Refuses a calendar that cannot be used: `DomainError` `calendar_without_hours` (in an ordinary week it never opens),
 * `calendar_hours_invalid`, `calendar_date_invalid` or `calendar_zone_unknown`, with the path of the field.
 */
export const checkCalendar = ({ zone, hours, holidays, exceptions }: Calendar): void => {
  // An offset such as +01:00 knows no daylight saving time: a promise in local hours needs the place.
  if (!/^[A-Za-z]/.test(zone) || !zoneExists(zone))
    refuse('calendar_zone_unknown', 'zone', `"${zone}" is no IANA time zone`);
  weekdays.forEach((day) => checkSpans(hours[day] ?? [], `hours.${day}`));
  checkDates(
    holidays.map(({ date }) => date),
    'holidays',
  );
  checkDates(
    exceptions.map(({ date }) => date),
    'exceptions',
  );
  exceptions.forEach(({ hours: spans }, index) => checkSpans(spans, `exceptions.${index}.hours`));
  if (!weekdays.some((day) => hours[day]?.length))
    refuse('calendar_without_hours', 'hours', 'without any hours in the week nothing would ever fall due');
};
