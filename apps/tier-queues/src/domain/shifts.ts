import type { Calendar } from './clocks/calendar.ts';
import type { PromiseBook } from './clocks/timekeeping.ts';
import { isOpen } from './clocks/working-time.ts';
import type { DeskAgent } from './desk.ts';
import type { Person } from './people.ts';

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

/** True when the agent may be given work without asking: said to be present, or on shift and nothing else said. */
export const isAtHand = ({ agent, presence }: Person, book: PromiseBook, at: string): boolean =>
  presence === null ? isOnShift(agent, book, at) === true : presence === 'present';
