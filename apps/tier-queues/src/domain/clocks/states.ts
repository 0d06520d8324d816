import type { HoldReason, TicketState } from '@tierline/contracts';
import { clockId, clockKinds, isActive, type Cause, type Clock, type ClockKind, type Occasion } from './clock.ts';
import type { Beginning } from './running.ts';

type Hold = {
  readonly reason: HoldReason;
  /** Whom it waits for, if it is a vendor. */ readonly vendor: string | null;
};

/** A ticket as its clocks see it. */
export type MeasuredTicket = {
  readonly openedAt: string;
  /** The requester has had a public reply. */
  readonly replied: boolean;
  /** The oldest message of the requester that nobody has answered. */
  readonly unansweredSince: string | null;
  /** Where it is; `partner` when the queue belongs to one; null on its way to a queue. */
  readonly place: { readonly tier: string; readonly team: string; readonly partner: string | null } | null;
  /** How often it went up, went back or was reopened: tells one stay with a team from the next. */
  readonly stays: number;
  /** The vendor whose answer has just come. */
  readonly answeredBy?: string | null;
} & (
  | { readonly state: Exclude<TicketState, 'PENDING'>; readonly hold: null }
  | { readonly state: 'PENDING'; readonly hold: Hold }
);

/** What a state does to a clock. `owed`: runs while never answered. `asked`: runs while a message waits. */
export type Effect = 'runs' | 'owed' | 'asked' | 'pauses' | 'by-policy' | 'reached' | 'given-up';

export type Row = Readonly<Record<ClockKind, Effect>>;

const waiting: Row = {
  'sla-first-response': 'owed',
  'sla-next-response': 'asked',
  'sla-resolution': 'runs',
  'ola-waiting': 'runs',
  'ola-working': 'pauses',
  'uc-vendor': 'pauses',
  'uc-partner': 'runs',
};
const working: Row = { ...waiting, 'ola-waiting': 'reached', 'ola-working': 'runs' };
const held: Row = {
  ...waiting,
  'sla-resolution': 'by-policy',
  'ola-waiting': 'pauses',
  'ola-working': 'pauses',
  'uc-partner': 'pauses',
};
const everywhere = (effect: Effect): Row =>
  Object.fromEntries(clockKinds.map((kind) => [kind, effect])) as Record<ClockKind, Effect>;
const done = everywhere('reached');
const ended = everywhere('given-up');

type Situation = Exclude<TicketState, 'PENDING'> | `PENDING ${HoldReason}`;

/** What each state does to each clock: the desk's promise, in one table. */
export const clockTable: Readonly<Record<Situation, Row>> = {
  NEW: waiting,
  QUEUED: waiting,
  ASSIGNED: waiting,
  IN_PROGRESS: working,
  'PENDING CUSTOMER': { ...held, 'sla-next-response': 'given-up', 'sla-resolution': 'pauses' },
  'PENDING VENDOR': { ...held, 'uc-vendor': 'runs' },
  'PENDING APPROVAL': held,
  'PENDING CHANGE': held,
  'PENDING PROBLEM': held,
  'PENDING SCHEDULED': held,
  RESOLVED: done,
  CLOSED: done,
  MERGED: ended,
  CANCELLED: ended,
  SPAM: ended,
};

/** One thing to do with the clocks of a ticket. */
export type ClockMove =
  | { readonly move: 'start'; readonly beginning: Beginning }
  | { readonly move: 'pause' | 'resume' | 'reached' | 'given-up'; readonly clock: Clock };

export type MoveFacts = Occasion & {
  /** Holds that stop the resolution clock by policy; CUSTOMER always does. */
  readonly pausedBy: readonly HoldReason[];
};

const rowOf = ({ state, hold }: MeasuredTicket): Row =>
  clockTable[state === 'PENDING' ? (`PENDING ${hold.reason}` as const) : state];

const isAbout = ({ about }: Pick<Clock, 'about'>, vendor: string): boolean =>
  about?.toLowerCase() === vendor.toLowerCase();

/** A question that was answered is done: the next one to the same vendor is measured from its own beginning. */
const questionTo = (vendor: string, clocks: readonly Clock[], { at, cause }: Occasion): Beginning => {
  const asked = clocks.filter((clock) => clock.kind === 'uc-vendor' && isAbout(clock, vendor));
  const last = asked.at(-1);
  const isDone = (last?.state === 'met' || last?.state === 'late') && cause !== 'undone';
  return { kind: 'uc-vendor', about: last?.about ?? vendor, nth: asked.length + (isDone || !last ? 1 : 0), from: at };
};

/** The clock of a kind that the ticket is about now. */
const subjectOf = (
  ticket: MeasuredTicket,
  kind: ClockKind,
  occasion: Occasion,
  clocks: readonly Clock[],
): Beginning | null => {
  const { at, cause } = occasion;
  const { unansweredSince, place, stays, hold } = ticket;
  const stay = place && `${place.tier}/${place.team}#${stays}`;
  switch (kind) {
    case 'sla-first-response':
    case 'sla-resolution':
      // A promise that did not exist when the ticket came is not broken from the start.
      return { kind, about: null, from: cause === 'policy-changed' ? at : ticket.openedAt };
    case 'sla-next-response':
      return unansweredSince === null ? null : { kind, about: unansweredSince, from: unansweredSince };
    case 'ola-waiting':
    case 'ola-working':
      return stay && place.partner === null ? { kind, about: stay, from: at } : null;
    case 'uc-partner':
      return stay && place.partner !== null ? { kind, about: stay, from: at } : null;
    case 'uc-vendor':
      return hold !== null && hold.vendor !== null ? questionTo(hold.vendor, clocks, occasion) : null;
  }
};

/** Nobody has answered yet: neither by a public reply nor by a solution. */
const isOwed = ({ replied }: MeasuredTicket, clocks: readonly Clock[]): boolean =>
  !replied && !clocks.some(({ kind, state }) => kind === 'sla-first-response' && (state === 'met' || state === 'late'));

type Wanted = 'runs' | 'pauses' | 'reached' | 'given-up';

const wanted = (effect: Effect, owed: boolean, paused: boolean): Wanted => {
  switch (effect) {
    case 'owed':
      return owed ? 'runs' : 'reached';
    case 'asked':
      // Before the first answer the first-response clock is the one that counts, for whatever was written since.
      return owed ? 'pauses' : 'runs';
    case 'by-policy':
      return paused ? 'pauses' : 'runs';
    default:
      return effect;
  }
};

/** What becomes of a clock about something that the ticket is not about any more. */
const leftBehind = (kind: ClockKind, effect: Effect, cause: Cause): Wanted => {
  if (effect === 'reached') return 'reached';
  switch (kind) {
    case 'sla-next-response':
      return 'reached';
    case 'uc-vendor':
      return 'pauses';
    case 'ola-working':
    case 'uc-partner':
      return cause === 'escalated' ? 'reached' : 'given-up';
    default:
      return 'given-up';
  }
};

/** The vendor of the clock has answered, on hold or after it: there is nothing left to wait for. */
const isAnswered = ({ answeredBy = null }: MeasuredTicket, { kind, about }: Clock): boolean =>
  kind === 'uc-vendor' && answeredBy !== null && isAbout({ about }, answeredBy);

const moveTo = (want: Wanted, clock: Clock): ClockMove[] => {
  if (want === 'runs') return clock.state === 'running' ? [] : [{ move: 'resume', clock }];
  if (want === 'pauses') return clock.state === 'running' ? [{ move: 'pause', clock }] : [];
  return isActive(clock) ? [{ move: want, clock }] : [];
};

/**
 * What the clocks of a ticket have to do so that they fit its state. It looks at the clocks there are instead of at the
 * state before, so asking again changes nothing and a clock that was left wrong is put right.
 */
export const clockMoves = (
  clocks: readonly Clock[],
  ticket: MeasuredTicket,
  { pausedBy, ...occasion }: MoveFacts,
): readonly ClockMove[] => {
  const row = rowOf(ticket);
  const owed = isOwed(ticket, clocks);
  const paused = ticket.hold !== null && pausedBy.includes(ticket.hold.reason);
  return clockKinds.flatMap((kind) => {
    const subject = subjectOf(ticket, kind, occasion, clocks);
    const id = subject && clockId(kind, subject.about, subject.nth);
    const want = wanted(row[kind], owed, paused);
    const ofKind = clocks.filter((clock) => clock.kind === kind);
    const moves = ofKind.flatMap((clock): ClockMove[] => {
      if (isAnswered(ticket, clock)) return moveTo('reached', clock);
      if (clock.id === id) return moveTo(want, clock);
      return isActive(clock)
        ? moveTo(row === ended ? 'given-up' : leftBehind(kind, row[kind], occasion.cause), clock)
        : [];
    });
    const begins = want === 'runs' && subject !== null && !ofKind.some((clock) => clock.id === id);
    return begins ? [...moves, { move: 'start' as const, beginning: subject }] : moves;
  });
};
