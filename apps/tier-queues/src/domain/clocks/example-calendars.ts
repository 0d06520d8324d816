import { aroundTheClock, type Calendar, type Span } from './calendar.ts';

const office: readonly Span[] = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '17:00' },
];

/** Split days from Monday to Friday, some holidays of 2026, a short Christmas Eve: the calendar of the specs. */
export const hamburg: Calendar = {
  id: 'hamburg',
  version: 7,
  zone: 'Europe/Berlin',
  hours: { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office },
  holidays: [
    { date: '2026-01-01', name: 'Neujahr' },
    { date: '2026-04-03', name: 'Karfreitag' },
    { date: '2026-04-06', name: 'Ostermontag' },
    { date: '2026-12-25', name: '1. Weihnachtstag' },
  ],
  exceptions: [{ date: '2026-12-24', name: 'Heiligabend', hours: [{ from: '08:00', to: '12:00' }] }],
};

/** Never closes. */
export const alwaysOpen: Calendar = {
  id: 'always',
  version: 1,
  zone: 'Etc/UTC',
  hours: aroundTheClock,
  holidays: [],
  exceptions: [],
};
