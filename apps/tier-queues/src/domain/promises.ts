import type { PolicyPart } from '@tierline/contracts';
import type { Calendar } from './clocks/calendar.ts';
import type { Policy } from './clocks/policies.ts';
import type { PromiseBook } from './clocks/timekeeping.ts';
import type { KeptCalendar } from './desk-parts.ts';

/** The book of a desk that promises nothing. */
export const emptyBook: PromiseBook = { policies: [], calendars: [] };

/** An edition of a calendar as clocks count by it. */
export const calendarOf = (kept: KeptCalendar, version: number): Calendar => ({
  id: kept.calendar,
  version,
  zone: kept.zone,
  hours: kept.hours,
  holidays: kept.closedOn,
  exceptions: kept.exceptions ?? [],
});

/** An edition of a policy as clocks count by it. */
export const policyOf = (part: PolicyPart, version: number): Policy => ({
  id: part.policy,
  version,
  name: part.name,
  order: part.order,
  when: part.when,
  calendar: part.calendar,
  targets: part.targets,
  warnings: part.warnings ?? [],
  pausedBy: part.pausedBy ?? [],
  onBreach: part.onBreach ?? [],
  ...(part.afterBreach && { afterBreach: part.afterBreach }),
});
