import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { weekdays, type Calendar, type Span } from './calendar.ts';

// The slow oracle of the specs: it knows of time only what a wall clock shows, minute by minute.

const minute = 60_000;

const inSpans = (spans: readonly Span[], time: string, part: 'own' | 'tail') =>
  spans.some(({ from, to }) => {
    const overnight = to <= from;
    if (part === 'tail') return overnight && time < to;
    return time >= from && (overnight || time < to);
  });

/** Asks the wall clock: what date and time is it there, and is that within the hours? */
export const opensAt = ({ zone, hours, holidays, exceptions }: Calendar, at: number): boolean => {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  const begunOn = (date: Temporal.PlainDate) => {
    const special = exceptions.find((day) => day.date === date.toString());
    if (special) return { special: true, spans: special.hours };
    if (holidays.some((day) => day.date === date.toString())) return { special: true, spans: [] };
    return { special: false, spans: hours[weekdays[date.dayOfWeek % 7]!] ?? [] };
  };
  const today = begunOn(local.toPlainDate());
  if (inSpans(today.spans, time, 'own')) return true;
  return !today.special && inSpans(begunOn(local.toPlainDate().subtract({ days: 1 })).spans, time, 'tail');
};

/** Milliseconds between two whole minutes in which the calendar is open, counted one by one. */
export const counted = (calendar: Calendar, from: number, to: number): number => {
  let sum = 0;
  for (let at = from; at < to; at += minute) if (opensAt(calendar, at)) sum += minute;
  return sum;
};

/** Instants near which a zone did something: gaps, overlaps, half hours, skipped dates, lasting changes. */
const moments: readonly (readonly [zone: string, near: string])[] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Pacific/Apia', '2011-12-30T10:00Z'],
  ['Asia/Pyongyang', '2018-05-04T15:00Z'],
  ['America/Caracas', '2007-12-09T07:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00Z'],
  ['Europe/London', '1968-10-26T23:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30Z'],
  ['Pacific/Kiritimati', '2028-02-28T10:00Z'],
  ['Pacific/Pago_Pago', '2028-03-01T11:00Z'],
  ['Etc/UTC', '2028-02-29T00:00Z'],
  ['Asia/Kolkata', '2026-12-31T18:30Z'],
];

const timeOfDay = fc
  .integer({ min: 0, max: 95 })
  .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${['00', '15', '30', '45'][quarter % 4]}`);
const span = fc
  .tuple(timeOfDay, fc.oneof(timeOfDay, fc.constant('24:00')))
  .filter(([from, to]) => from !== to)
  .map(([from, to]): Span => ({ from, to }));
const spans = fc.array(span, { maxLength: 3 });

/** A calendar with split, nightly and missing hours, and its special days around a moment at which its zone does something. */
export const scene = fc
  .record({
    moment: fc.constantFrom(...moments),
    week: fc.array(spans, { minLength: 7, maxLength: 7 }).filter((week) => week.some((day) => day.length > 0)),
    holidays: fc.uniqueArray(fc.integer({ min: -2, max: 2 }), { maxLength: 2 }),
    exceptions: fc.uniqueArray(fc.tuple(fc.integer({ min: -2, max: 2 }), spans), {
      maxLength: 2,
      selector: ([day]) => day,
    }),
  })
  .map(({ moment: [zone, near], week, holidays, exceptions }) => {
    const middle = Temporal.Instant.from(near.replace('Z', ':00Z'));
    const date = (days: number) => middle.toZonedDateTimeISO(zone).toPlainDate().add({ days }).toString();
    const calendar: Calendar = {
      id: 'any',
      version: 1,
      zone,
      hours: Object.fromEntries(weekdays.map((day, index) => [day, week[index]!])),
      holidays: holidays.map((days) => ({ date: date(days), name: 'holiday' })),
      exceptions: exceptions.map(([days, hours]) => ({ date: date(days), hours, name: 'exception' })),
    };
    return { calendar, middle: middle.epochMilliseconds };
  });
