import type { HoldReason } from '@tierline/contracts';
import type { Edition } from './calendar.ts';

/** What a clock measures: the promise to the requester (SLA), inside the desk (OLA), or by a vendor or partner (UC). */
export const clockKinds = [
  'sla-first-response',
  'sla-next-response',
  'sla-resolution',
  'ola-waiting',
  'ola-working',
  'uc-vendor',
  'uc-partner',
] as const;
export type ClockKind = (typeof clockKinds)[number];

/** Why an entry was made. */
export type Cause =
  | 'opened'
  | 'routed'
  | 'queued'
  | 'claimed'
  | 'work-started'
  | 'released'
  | 'agent-replied'
  | 'requester-replied'
  | 'requester-rejected'
  | `held-${Lowercase<HoldReason>}`
  | 'vendor-answered'
  | 'wake-up'
  | 'agent-resumed'
  | 'escalated'
  | 'returned'
  | 'transferred'
  | 'resolved'
  | 'reopened'
  | 'closed'
  | 'merged'
  | 'unmerged'
  | 'undone'
  | 'cancelled'
  | 'spam'
  | 'priority-changed'
  | 'category-changed'
  | 'policy-changed'
  | 'calendar-changed'
  | 'time-passed';

/** When something was decided, ISO 8601 in UTC by the database's clock, and why. */
export type Occasion = { readonly at: string; readonly cause: Cause };

/** What a clock shows at an instant. */
export type Reading = {
  /** Working time used, in milliseconds, up to `since`. */
  readonly consumed: number;
  /** Working time spent on hold, in milliseconds, up to `since`. */
  readonly paused: number;
  /** From here on time is used (running) or held (paused). */
  readonly since: string;
  /** When the target is used up; the missed moment after a breach; null unless it runs. */
  readonly due: string | null;
};

/** What was promised, and by which policy. */
export type Promised = {
  readonly policy: Edition;
  readonly calendar: Edition;
  /** Working time in milliseconds. */
  readonly target: number;
  /** Shares of the target in per cent, rising, at which to warn. */
  readonly warnings: readonly number[];
  /** Shares of the target in per cent, above 100 and rising, at which more happens after a breach. */
  readonly steps?: readonly number[] | undefined;
  /** Why this policy was chosen, as a sentence. */
  readonly why: string;
};

type Begun = Promised & {
  readonly kind: ClockKind;
  /** Which one of its kind: the message, the stay with a team, the vendor; null where a ticket has only one. */
  readonly about: string | null;
  /** Since when time counts; it may lie before the entry: a promise is measured from what the requester did. */
  readonly from: string;
};

/**
 * One line of a ticket's clock ledger. Lines are only ever added; each carries what the clock showed after it.
 * `met`: the goal was reached within the target. `stopped`: the clock ended otherwise; `reached` tells late from given up.
 */
export type ClockEntry = { readonly clock: string } & Occasion &
  Reading &
  (
    | ({ readonly type: 'started' } & Begun)
    | ({ readonly type: 'retargeted' } & Promised)
    | { readonly type: 'warned' | 'overran'; readonly share: number }
    | { readonly type: 'stopped'; readonly reached: boolean }
    | { readonly type: 'paused' | 'resumed' | 'met' | 'breached' }
  );

/** A clock after its entries: what decisions need. `late` and `stopped` are the two ways of not having met. */
export type Clock = Reading &
  Begun & {
    /** Unique in the ticket. */
    readonly id: string;
    readonly state: 'running' | 'paused' | 'met' | 'late' | 'stopped';
    readonly warned: readonly number[];
    /** Steps that were taken. */
    readonly overran?: readonly number[];
    /** The due time that was missed under the present target. */
    readonly breached: string | null;
  };

/** The name of a clock in its ticket; `nth` tells those about the same apart, from the second on. */
export const clockId = (kind: ClockKind, about: string | null, nth = 1): string =>
  `${about === null ? kind : `${kind}:${about}`}${nth > 1 ? `#${nth}` : ''}`;

/** Runs or is on hold: its goal is still open. */
export const isActive = ({ state }: Clock): boolean => state === 'running' || state === 'paused';

/** Working time in milliseconds after which a share of a target, in per cent, is used. */
export const shareOf = (target: number, share: number): number => Math.ceil((target * share) / 100);

const readingIn = ({ consumed, paused, since, due }: Reading): Reading => ({ consumed, paused, since, due });

const started = ({ clock, kind, about, from, ...entry }: Extract<ClockEntry, { type: 'started' }>): Clock => ({
  ...readingIn(entry),
  ...promisedIn(entry),
  id: clock,
  kind,
  about,
  from,
  state: 'running',
  warned: [],
  breached: null,
});

/** What was promised, out of a clock or an entry. */
export const promisedIn = ({ policy, calendar, target, warnings, steps, why }: Promised): Promised => ({
  policy,
  calendar,
  target,
  warnings,
  ...(steps && { steps }),
  why,
});

const retargeted = (before: Clock, entry: Extract<ClockEntry, { type: 'retargeted' }>): Clock => {
  const { steps: _steps, overran, ...clock } = before;
  // Said already, and still true under the new target.
  const isTrue = (share: number): boolean => entry.consumed >= shareOf(entry.target, share);
  return {
    ...clock,
    ...readingIn(entry),
    ...promisedIn(entry),
    warned: clock.warned.filter(isTrue),
    ...(overran && { overran: overran.filter(isTrue) }),
    breached: entry.consumed < entry.target ? null : clock.breached,
  };
};

/** A clock after one more entry; null before its first. */
export const evolveClock = (clock: Clock | null, entry: ClockEntry): Clock => {
  if (entry.type === 'started') return started(entry);
  if (clock === null) throw new RangeError(`The ledger of clock ${entry.clock} begins with "${entry.type}".`);
  const next = { ...clock, ...readingIn(entry) };
  switch (entry.type) {
    case 'paused':
      return { ...next, state: 'paused' };
    case 'resumed':
      return { ...next, state: 'running' };
    case 'stopped':
      return { ...next, state: entry.reached ? 'late' : 'stopped' };
    case 'met':
      return { ...next, state: 'met' };
    case 'warned':
      return { ...next, warned: [...clock.warned, entry.share] };
    case 'overran':
      return { ...next, overran: [...(clock.overran ?? []), entry.share] };
    case 'breached':
      return { ...next, breached: entry.due };
    case 'retargeted':
      return retargeted(clock, entry);
  }
};

/** The clocks of a ticket after more entries of its ledger, in the order in which they started. */
export const clocksAfter = (clocks: readonly Clock[], entries: readonly ClockEntry[]): readonly Clock[] => {
  const byId = new Map(clocks.map((clock) => [clock.id, clock] as const));
  for (const entry of entries) byId.set(entry.clock, evolveClock(byId.get(entry.clock) ?? null, entry));
  return [...byId.values()];
};
