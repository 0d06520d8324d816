import { z } from 'zod';
import { Line, Slug } from '../words.ts';

/** Hours on the wall clock, `08:00` to `12:00`. With `to` not later than `from` they end on the next day; `24:00` ends the day. */
const Span = z.object({ from: z.string().max(5), to: z.string().max(5) });
const Hours = z.array(Span).max(24);
const Day = z.string().max(10);
const Weekday = z.enum(['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']);

export const Holiday = z.object({ date: Day, name: Line });

/** A calendar as the desk document says it: the hours in which time counts. */
export const CalendarPart = z.object({
  calendar: Slug,
  name: Line,
  /** IANA name of the time zone. */
  zone: z.string().min(1).max(60),
  hours: z.partialRecord(Weekday, Hours),
  /** Where public holidays close it: country by ISO 3166, state and region where holidays differ inside it. */
  publicHolidays: z
    .object({
      country: z.string().max(10),
      state: z.string().max(40).optional(),
      region: z.string().max(40).optional(),
    })
    .optional(),
  /** Dates of its own that are closed from midnight to midnight. */
  holidays: z.array(Holiday).max(1_000).optional(),
  /** Dates with other hours than their weekday; they win over holidays. */
  exceptions: z
    .array(z.object({ date: Day, name: Line, hours: Hours }))
    .max(1_000)
    .optional(),
});
export type CalendarPart = z.infer<typeof CalendarPart>;
