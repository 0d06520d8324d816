import { OrphanDetected, type FactOf } from '@tierline/contracts';
import type { Surroundings } from './command.ts';
import { fallbackPlace, placeOf, type Desk } from './desk.ts';
import type { TicketFact } from './facts.ts';
import { openStates, queuedAt } from './guards.ts';
import { resumed } from './holding.ts';
import { toLead } from './reminders.ts';
import { unrouted } from './routes.ts';
import { awaitedRoute, type KnownTicket } from './ticket.ts';
import { timersOf, type Timer } from './timers.ts';
import { after, isLater } from './time.ts';

type Found = FactOf<typeof OrphanDetected>['data'];
export type OrphanKind = Found['kind'];

const detected = (ticket: KnownTicket, found: Pick<Found, 'kind' | 'repair'>, desk: Desk, at: string): TicketFact =>
  OrphanDetected({ ...found, tell: [toLead(ticket, desk, at)] });

/** Nobody can find it: into the queue where it was wanted, else the default queue of its tier, else of the lowest. */
const intoQueue = (ticket: KnownTicket, desk: Desk, at: string): TicketFact[] => {
  const kind = 'no-queue';
  const awaited = awaitedRoute(ticket);
  if (awaited) return unrouted(ticket, awaited, desk, at);
  const isThere = ticket.place !== null && placeOf(desk, ticket.place.queue) !== null;
  // The state knows its place; only what lists and searches read was wrong, and is written again with this.
  if (isThere || ticket.owner !== null) return [detected(ticket, { kind, repair: 'record-restored' }, desk, at)];
  const last = ticket.place ?? ticket.previous.at(-1);
  const place = fallbackPlace(desk, null, last?.tier ?? null);
  return place
    ? [detected(ticket, { kind, repair: 'default-queue' }, desk, at), queuedAt(ticket, place, 'unrouted')]
    : [];
};

const wakingUp = (ticket: KnownTicket, around: Means['around'], at: string): TicketFact[] => {
  const { desk } = around;
  if (ticket.state !== 'PENDING') return [];
  const kind = 'no-wake-up';
  const until = Date.parse(ticket.hold.until);
  const isSound = until > Date.parse(at) && !isLater(ticket.hold.until, after(at, desk.limits.longestHold));
  return isSound
    ? [detected(ticket, { kind, repair: 'timer-armed' }, desk, at)]
    : [detected(ticket, { kind, repair: 'resumed' }, desk, at), ...resumed(ticket, { cause: 'wake-up', at }, around)];
};

/** What a timer would have done, had it fired. */
export type Firing = (timer: Timer) => readonly TicketFact[];

/** Timers that were lost: one that is late does its work now, deadlines first; the others are armed anew. */
const untimed = (ticket: KnownTicket, kind: OrphanKind, { around: { desk }, at, fire }: Means): TicketFact[] => {
  const late = timersOf(ticket, desk, at)
    .filter(({ due }) => Date.parse(due) <= Date.parse(at))
    .sort((one, other) => Number(other.kind === 'breach') - Number(one.kind === 'breach'));
  const done = late.map(fire).find((facts) => facts.length > 0) ?? [];
  const fired = kind === 'unanswered' ? 'lead-told' : 'fired';
  return [detected(ticket, { kind, repair: done.length > 0 ? fired : 'timer-armed' }, desk, at), ...done];
};

type Means = {
  readonly around: Pick<Surroundings, 'desk' | 'people'>;
  readonly at: string;
  readonly fire: Firing;
};

/** What is done about an orphan, with the event that tells of it. Its timers are armed anew with the ticket. */
export const mend = (ticket: KnownTicket, kind: OrphanKind, means: Means): TicketFact[] => {
  const { around, at } = means;
  const isOpen = (openStates as readonly string[]).includes(ticket.state);
  if (!isOpen && ticket.state !== 'RESOLVED') return [];
  switch (kind) {
    case 'no-queue':
      return isOpen ? intoQueue(ticket, around.desk, at) : [];
    case 'no-wake-up':
      return wakingUp(ticket, around, at);
    case 'unanswered':
    case 'no-deadline':
      return untimed(ticket, kind, means);
  }
};
