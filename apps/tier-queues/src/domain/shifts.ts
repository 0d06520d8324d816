import { absenceAt } from './absences.ts';
import type { Calendar } from './clocks/calendar.ts';
import type { PromiseBook } from './clocks/timekeeping.ts';
import { isOpen, openHours } from './clocks/working-time.ts';
import type { Desk, DeskAgent } from './desk.ts';
import type { Person } from './people.ts';
import { after, day } from './time.ts';

/** The calendar as it is today; null when there is none of that name. */
export const calendarToday = ({ calendars }: PromiseBook, id: string | undefined): Calendar | null =>
  calendars
    .filter((calendar) => calendar.id === id)
    .reduce<Calendar | null>((best, one) => (best && best.version > one.version ? best : one), null);

/** The calendars by which the agent works. */
export const shiftsOf = ({ shifts = [] }: DeskAgent, book: PromiseBook): Calendar[] =>
  shifts.flatMap((id) => calendarToday(book, id) ?? []);

/** True while one of the agent's shifts runs; null for an agent without shifts. */
export const isOnShift = (agent: DeskAgent, book: PromiseBook, at: string): boolean | null => {
  const shifts = shiftsOf(agent, book);
  return shifts.length === 0 ? null : shifts.some((calendar) => isOpen(calendar, at));
};

/** How far ahead the end of a shift is looked for, in milliseconds. */
const horizon = 8 * day;

/** When the shift that runs now ends; null when none runs, or none ends within a week. */
export const shiftEnd = (agent: DeskAgent, book: PromiseBook, at: string): string | null =>
  closingOf(shiftsOf(agent, book), at);

/** When the calendars that are open now have all closed; null when none is, or when they do not within a week. */
export const closingOf = (calendars: readonly Calendar[], at: string): string | null => {
  if (!calendars.some((calendar) => isOpen(calendar, at))) return null;
  const far = after(at, horizon);
  const end = unionOf(calendars.flatMap((calendar) => openHours(calendar, at, far)))[0]?.to;
  return end === undefined || end === far ? null : end;
};

/** When to look whether the calendar has closed: as it does, in eight days at the latest; null when it is closed now. */
export const nextLook = (calendar: Calendar, at: string): string | null =>
  isOpen(calendar, at) ? (closingOf([calendar], at) ?? after(at, horizon)) : null;

export type Hours = { readonly from: string; readonly to: string };

/** Hours in order, those that touch as one. All instants have to be written alike. */
export const unionOf = (hours: readonly Hours[]): Hours[] => {
  const union: Hours[] = [];
  for (const one of [...hours].sort((first, second) => (first.from < second.from ? -1 : 1))) {
    const last = union.at(-1);
    if (!last || one.from > last.to) union.push(one);
    else if (one.to > last.to) union[union.length - 1] = { ...last, to: one.to };
  }
  return union;
};

/** What of the first hours is not among the others; both in order and apart. */
export const without = (hours: readonly Hours[], others: readonly Hours[]): Hours[] =>
  others.reduce<readonly Hours[]>(
    (left, { from, to }) =>
      left.flatMap((one) => {
        if (to <= one.from || from >= one.to) return [one];
        const before = from > one.from ? [{ from: one.from, to: from }] : [];
        return [...before, ...(to < one.to ? [{ from: to, to: one.to }] : [])];
      }),
    hours,
  ) as Hours[];

/** The hours in which the person is away. */
export const awayHours = ({ absences }: Pick<Desk, 'absences'>, person: string): Hours[] =>
  unionOf(absences.flatMap(({ personId, from, until }) => (personId === person ? [{ from, to: until }] : [])));

/**
 * True when the agent may be given work without asking: said to be present, or on shift and nothing else said. Never
 * while away: what was said of the presence may be from before.
 */
export const isAtHand = (person: Person, desk: Pick<Desk, 'book' | 'absences'>, at: string): boolean => {
  const { agent, presence } = person;
  if (absenceAt(desk, agent.agentId, at)) return false;
  return presence === null ? isOnShift(agent, desk.book, at) === true : presence === 'present';
};
