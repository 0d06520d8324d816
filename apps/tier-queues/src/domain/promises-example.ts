import type { Calendar } from './clocks/calendar.ts';
import { aroundTheClock } from './clocks/calendar.ts';
import type { ClockEntry } from './clocks/clock.ts';
import { entryOf } from './clocks/ledger.ts';
import type { Policy } from './clocks/policies.ts';
import type { Act, Surroundings } from './command.ts';
import { ticketRules } from './decide.ts';
import type { Desk } from './desk.ts';
import { desk, doing, opened, routed, serviceDesk } from './example.ts';
import type { NotedFact, TicketFact } from './facts.ts';
import type { Ticket } from './ticket.ts';

// A desk that promises something, and tickets whose story is told through the rules, for the specs.

const office = [
  { from: '08:00', to: '12:00' },
  { from: '13:00', to: '17:00' },
];

/** Split days from Monday to Friday. */
export const hamburg: Calendar = {
  id: 'hamburg',
  version: 1,
  zone: 'Europe/Berlin',
  hours: { monday: office, tuesday: office, wednesday: office, thursday: office, friday: office },
  holidays: [{ date: '2026-01-06', name: 'Epiphany' }],
  exceptions: [],
};

/** Never closes. */
export const always: Calendar = { ...hamburg, id: 'always', zone: 'Etc/UTC', hours: aroundTheClock, holidays: [] };

const minutes = (P1: number, P2: number) => ({ P1, P2, P3: P2 * 2, P4: P2 * 4 });

/** For every ticket; an answer to a P2 within an hour, a solution within eight. */
export const standard: Policy = {
  id: 'standard',
  version: 1,
  name: 'Standard',
  order: 90,
  when: {},
  calendar: 'hamburg',
  targets: {
    'sla-first-response': minutes(30, 60),
    'sla-next-response': minutes(30, 60),
    'sla-resolution': minutes(240, 480),
    'ola-waiting': minutes(15, 30),
    'ola-working': minutes(60, 120),
    'uc-vendor': minutes(240, 480),
    'uc-partner': minutes(240, 480),
  },
  warnings: [50, 75],
  pausedBy: ['APPROVAL'],
  onBreach: ['tell-lead'],
};

/** The example desk with these policies. */
export const promising = (
  policies: readonly Policy[] = [standard],
  calendars: readonly Calendar[] = [hamburg, always],
): Desk => ({ ...desk, book: { policies, calendars } });

/** One thing that happens: an act, or a fact of another service. */
export type Step = { readonly at: string; readonly on?: Desk; readonly beside?: Partial<Surroundings> } & (
  { readonly act: Act; readonly noted?: NotedFact } | { readonly noted: NotedFact }
);

export type Played = {
  readonly ticket: Ticket;
  readonly facts: readonly TicketFact[];
  readonly ledger: readonly ClockEntry[];
};

/** Tells a story through the rules: what is noted is folded, what is decided is folded and kept. */
export const play = (steps: readonly Step[], on: Desk = promising(), from: Ticket = ticketRules.initial): Played => {
  let ticket = from;
  const facts: TicketFact[] = [];
  const ledger: ClockEntry[] = [];
  for (const step of steps) {
    const { at } = step;
    if (step.noted) ticket = ticketRules.evolve(ticket, step.noted, at);
    if (!('act' in step)) continue;
    for (const fact of ticketRules.decide(doing(step.act, step.on ?? on, step.beside), ticket, at)) {
      ticket = ticketRules.evolve(ticket, fact, at);
      facts.push(fact);
      const entry = entryOf(fact, at);
      if (entry) ledger.push(entry);
    }
  }
  return { ticket, facts, ledger };
};

/** Monday 9:00 in Hamburg: opened, and a second later in the queue of the service desk as P2. */
export const openedAt = '2026-01-05T08:00:00.000Z';
export const arrives: readonly Step[] = [
  { at: openedAt, noted: opened },
  {
    at: '2026-01-05T08:00:01.000Z',
    noted: routed(serviceDesk),
    act: { type: 'route', hop: 1, tier: serviceDesk.tier, queue: serviceDesk.queue },
  },
];

/** The clock of a kind, the latest one. */
export const clockOf = ({ ticket }: Played, kind: string) =>
  ticket.state === 'ABSENT' ? undefined : ticket.clocks.findLast((clock) => clock.kind === kind);

/** What the clocks of a kind did, in order. */
export const doings = ({ ledger }: Played, kind: string) =>
  ledger.filter(({ clock }) => clock.startsWith(kind)).map(({ type }) => type);
