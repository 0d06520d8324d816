import { clocksAfter, type Cause, type Clock, type ClockEntry, type ClockKind } from './clock.ts';
import { aroundTheClock, type Calendar, type Span } from './calendar.ts';
import type { Policy } from './policies.ts';
import { keepTime, type ClockedTicket, type PromiseBook } from './timekeeping.ts';

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

/** Promises for every ticket. */
export const standard: Policy = {
  id: 'standard',
  version: 1,
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'hamburg',
  targets: {
    'sla-first-response': { P1: 60, P3: 240 },
    'sla-next-response': { P1: 60, P3: 240 },
    'sla-resolution': { P1: 240, P3: 960 },
    'ola-waiting': { P1: 30, P3: 120 },
    'ola-working': { P1: 120, P3: 480 },
  },
  warnings: [75],
  pausedBy: [],
  onBreach: ['tell-lead'],
};
/** Wins for one category. */
export const network: Policy = {
  ...standard,
  id: 'network',
  name: 'Network',
  order: 10,
  when: { category: ['vpn'] },
  targets: { 'sla-resolution': { P3: 480 } },
};
export const book: PromiseBook = { policies: [standard, network], calendars: [hamburg] };

export const opened = '2026-01-07T07:00:00.000Z';
/** A ticket that waits for its first answer. */
export const fresh: ClockedTicket = {
  state: 'QUEUED',
  hold: null,
  openedAt: opened,
  replied: false,
  unansweredSince: opened,
  place: { tier: 'tier-1', team: 'service-desk', partner: null },
  stays: 0,
  priority: 'P3',
  type: 'incident',
  category: 'email',
  organisation: 'acme',
};
export const answered = { replied: true, unansweredSince: null };
/** The same, answered and in work. */
export const working: ClockedTicket = { ...fresh, ...answered, state: 'IN_PROGRESS', hold: null };
export const waitingFor = (reason: 'CUSTOMER' | 'VENDOR'): ClockedTicket => ({
  ...fresh,
  ...answered,
  state: 'PENDING',
  hold: { reason, vendor: null },
});

/** One thing that happens to the ticket, which is then as told. */
export type Deed = {
  readonly at: string;
  readonly cause: Cause;
  readonly ticket: ClockedTicket;
  readonly in?: PromiseBook;
  readonly happenedAt?: string;
};
export type Told = { readonly clocks: readonly Clock[]; readonly ledger: readonly ClockEntry[] };

/** Keeps time after each. */
export const tell = (...deeds: readonly Deed[]): Told =>
  deeds.reduce<Told>(
    ({ clocks, ledger }, { ticket, in: promises = book, ...deed }) => {
      const entries = keepTime(clocks, ticket, promises, deed);
      return { clocks: clocksAfter(clocks, entries), ledger: [...ledger, ...entries] };
    },
    { clocks: [], ledger: [] },
  );

export const clock = ({ clocks }: Told, kind: ClockKind) => clocks.findLast((one) => one.kind === kind);
export const typesOf = ({ ledger }: Told, kind: ClockKind) =>
  ledger.filter((entry) => entry.clock.startsWith(kind)).map(({ type }) => type);

export const start: Deed = { at: '2026-01-07T07:00:05.000Z', cause: 'queued', ticket: fresh };
export const begun: Deed = { at: '2026-01-07T08:00:00.000Z', cause: 'agent-replied', ticket: working };
