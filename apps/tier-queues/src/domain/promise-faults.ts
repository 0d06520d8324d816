import { DomainError, type DeskFault, type DeskParts } from '@tierline/contracts';
import { keptCalendar } from './calendar-part.ts';
import { checkCalendar } from './clocks/calendar.ts';
import { checkPolicy } from './clocks/policies.ts';
import { calendarOf, policyOf } from './promises.ts';

/** The fields that a check refuses, under the path of what it checked. */
const refused = (path: string, check: () => void): DeskFault[] => {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof DomainError) || !error.extras.fields) throw error;
    return error.extras.fields.map((field) => ({ path: `${path}.${field.path}`, message: field.message }));
  }
};

/** What is wrong with the calendars and policies of a change, each by itself. */
export const promiseFaults = (
  { calendars, policies }: Pick<DeskParts, 'calendars' | 'policies'>,
  at: string,
): DeskFault[] => [
  ...calendars.flatMap((part, index) => {
    const path = `calendars.${index}`;
    const asDeclared = { ...part, closedOn: part.holidays ?? [] };
    const faults = refused(path, () => checkCalendar(calendarOf(asDeclared, 1)));
    return faults.length > 0 ? faults : refused(`${path}.publicHolidays`, () => keptCalendar(part, at));
  }),
  ...policies.flatMap((part, index) => refused(`policies.${index}`, () => checkPolicy(policyOf(part, 1)))),
];
