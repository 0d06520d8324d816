import { DomainError } from '@tierline/contracts';
import { checkCalendar } from './clocks/calendar.ts';
import { checkPolicy } from './clocks/policies.ts';
import { keptCalendar } from './calendar-part.ts';
import type { NamedParts } from './desk-parts.ts';
import { calendarOf, policyOf } from './promises.ts';

/** What is wrong with a change, and where in it. */
export type Fault = { readonly path: string; readonly message: string };

/** The fields that a check refuses, under the path of what it checked. */
const refused = (path: string, check: () => void): Fault[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || !error.extras.fields) throw error;
    return error.extras.fields.map((field) => ({ path: `${path}.${field.path}`, message: field.message }));
  }
};

const firstRefused = (...checks: readonly (() => Fault[])[]): Fault[] => {
  for (const check of checks) {
    const faults = check();
    if (faults.length > 0) return faults;
  }
  return [];
};

const calendarFaults = ({ calendars }: NamedParts, at: string): Fault[] =>
  calendars.flatMap((part, index) => {
    const path = `calendars.${index}`;
    const asDeclared = { ...part, closedOn: part.holidays ?? [] };
    return firstRefused(
      () => refused(path, () => checkCalendar(calendarOf(asDeclared, 1))),
      () => refused(`${path}.publicHolidays`, () => keptCalendar(part, at)),
    );
  });

const policyFaults = ({ policies }: NamedParts, calendars: ReadonlySet<string>): Fault[] =>
  policies.flatMap((part, index) => {
    const path = `policies.${index}`;
    const unknown = calendars.has(part.calendar)
      ? []
      : [{ path: `${path}.calendar`, message: `there is no calendar ${part.calendar}` }];
    return [...unknown, ...refused(path, () => checkPolicy(policyOf(part, 1)))];
  });

/** What is wrong with the calendars and policies of a change; `calendars` are all that there will be. */
export const promiseFaults = (named: NamedParts, calendars: ReadonlySet<string>, at: string): Fault[] => [
  ...calendarFaults(named, at),
  ...policyFaults(named, calendars),
];
