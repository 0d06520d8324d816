import { Temporal } from 'temporal-polyfill';
import { weekdays, type Calendar, type Span } from './calendar.ts';
import type { Cause, ClockKind } from './clock.ts';

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const two = (number: number): string => String(number).padStart(2, '0');

/** The wall clock of a zone at an instant. */
export const localTime = (instant: string, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone);

/** `Thu 8 Jan`. */
export const dateWords = ({ dayOfWeek, day, month }: Temporal.ZonedDateTime | Temporal.PlainDate): string =>
  `${dayNames[dayOfWeek % 7]} ${day} ${months[month - 1]}`;

/** `Thu 8 Jan 16:05`, on the wall clock of a zone. */
export const timeWords = (instant: string, zone: string): string => {
  const local = localTime(instant, zone);
  return `${dateWords(local)} ${two(local.hour)}:${two(local.minute)}`;
};

/** `3 h 10 min`, of milliseconds, begun minutes left out. */
export const durationWords = (milliseconds: number): string => {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes === 0) return milliseconds === 0 ? '0 min' : 'less than 1 min';
  const parts = [
    [Math.floor(minutes / 60), 'h'],
    [minutes % 60, 'min'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : [])).join(' ');
};

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** `08:00–12:00 and 13:00–17:00`. */
export const spansWords = (spans: readonly Span[]): string =>
  listed(spans.toSorted((one, other) => one.from.localeCompare(other.from)).map(({ from, to }) => `${from}–${to}`));

/** `Mon–Fri 08:00–12:00 and 13:00–17:00, Sat 09:00–12:00`. */
export const hoursWords = ({ hours }: Calendar): string => {
  const fromMonday = [1, 2, 3, 4, 5, 6, 0];
  const groups: { first: string; last: string; words: string }[] = [];
  for (const [position, day] of fromMonday.entries()) {
    const words = spansWords(hours[weekdays[day]!] ?? []);
    const [name, previous] = [dayNames[day]!, dayNames[fromMonday[position - 1] ?? -1]];
    const group = groups.at(-1);
    if (group && group.words === words && group.last === previous) group.last = name;
    else groups.push({ first: name, last: name, words });
  }
  const open = groups.filter(({ words }) => words !== '');
  if (open.length === 1 && open[0]!.words === '00:00–24:00' && groups.length === 1) return 'at any hour of any day';
  return open.map(({ first, last, words }) => `${first === last ? first : `${first}–${last}`} ${words}`).join(', ');
};

/** What is promised, in the requester's words. */
export const promiseWords: Readonly<Record<ClockKind, string>> = {
  'sla-first-response': 'First answer',
  'sla-next-response': 'Answer to the latest question',
  'sla-resolution': 'Solution',
  'ola-waiting': 'Start of work by the team',
  'ola-working': 'Work of the team',
  'uc-vendor': 'Answer of the vendor',
  'uc-partner': 'Work of the partner',
};

/** Why an entry was made, as the end of a sentence. */
export const causeWords: Readonly<Record<Cause, string>> = {
  opened: 'the ticket was opened',
  routed: 'the right team was found',
  queued: 'it came to the team',
  claimed: 'somebody took it',
  'work-started': 'work began',
  released: 'it went back to the queue',
  'agent-replied': 'an answer was sent',
  'requester-replied': 'the requester wrote',
  'requester-rejected': 'the requester said that it is not solved',
  'held-customer': 'an answer of the requester is needed',
  'held-vendor': 'it waits for a vendor',
  'held-approval': 'it waits for an approval',
  'held-change': 'it waits for a change',
  'held-problem': 'it waits for the cause of several tickets to be removed',
  'held-scheduled': 'a date was agreed',
  'vendor-answered': 'the vendor answered',
  'wake-up': 'the hold was over',
  'agent-resumed': 'work went on',
  escalated: 'it went up to specialists',
  returned: 'it went back to the team before',
  transferred: 'it went to another team',
  resolved: 'it was solved',
  reopened: 'it was opened again',
  closed: 'it was closed',
  merged: 'it was joined with another ticket',
  unmerged: 'it was taken apart from another ticket',
  undone: 'the last act was taken back',
  cancelled: 'it was cancelled',
  spam: 'it was unwanted mail',
  'priority-changed': 'its priority changed',
  'category-changed': 'its category changed',
  'policy-changed': 'the service agreement changed',
  'calendar-changed': 'the working hours changed',
  'time-passed': 'the time was used up',
};
