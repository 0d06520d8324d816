import type { CalendarPart } from '@tierline/contracts';
import { publicHolidays } from './clocks/holidays.ts';
import type { KeptCalendar } from './desk-parts.ts';

/** How many years public holidays are written out, from the year of the change on. */
export const yearsAhead = 5;

/** The calendar with its public holidays written out. Throws `DomainError` `holiday_region_unknown`. */
export const keptCalendar = (part: CalendarPart, at: string): KeptCalendar => {
  const { publicHolidays: where, holidays = [] } = part;
  const first = Number(at.slice(0, 4));
  const years = Array.from({ length: yearsAhead }, (_, index) => first + index);
  const byDate = new Map([...(where ? publicHolidays(where, years) : []), ...holidays].map((day) => [day.date, day]));
  const closedOn = [...byDate.values()].sort((one, other) => (one.date < other.date ? -1 : 1));
  return { ...part, closedOn };
};
