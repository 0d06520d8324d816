import type { JournalRow, Said } from './evidence.ts';
import { kindOf } from './names.ts';

/** What was promised for a clock. Working time is in milliseconds. */
type Promised = {
  readonly target: number;
  /** Shares of the target in per cent, rising, at which more happens after a breach. */
  readonly steps: readonly number[];
};

/** A clock after the events about it. Times are milliseconds since 1970. */
export type ClockStanding = Promised & {
  readonly clock: string;
  readonly runs: boolean;
  readonly due: number | null;
  /** When it became known that it is due then. */
  readonly dueSince: number;
  /** Its present promise is missed already, and that was said. */
  readonly breached: boolean;
  /** The steps that were taken. */
  readonly overran: readonly number[];
  /** Working time that was used up at `since`. */
  readonly consumed: number;
  readonly since: number;
};

/** A breach or a step after it as it was published, and the clock before it; null: there was none. */
export type Missed = { readonly event: JournalRow; readonly before: ClockStanding | null };

type Changing = Pick<ClockStanding, 'runs' | 'breached' | 'overran' | keyof Promised>;
type Change = (before: Changing, said: Said) => Partial<Changing>;

const fresh: Changing = { runs: true, breached: false, overran: [], target: 0, steps: [] };
const promisedIn = ({ target = 0, steps = [] }: Said): Promised => ({ target, steps });
const neededFor = (target: number, share: number): number => Math.ceil((target * share) / 100);
const unchanged: Change = () => ({});
const ended: Change = () => ({ runs: false });

/** What each kind of clock event does to a clock; all of them say how much it has used up, and when it is due then. */
const changes: Readonly<Record<string, Change>> = {
  'clock-started': (_before, said) => ({ ...fresh, ...promisedIn(said) }),
  'clock-paused': ended,
  'clock-resumed': () => ({ runs: true }),
  'clock-met': ended,
  'clock-stopped': ended,
  // A promise that is not used up is judged anew; of the steps those stay taken that are past under the new one, too.
  'clock-retargeted': ({ breached, overran }, said) => {
    const { consumed = 0, target = 0 } = said;
    return {
      ...promisedIn(said),
      breached: breached && consumed >= target,
      overran: overran.filter((share) => consumed >= neededFor(target, share)),
    };
  },
  'sla-warned': unchanged,
  'sla-breached': () => ({ breached: true }),
  'sla-overrun': ({ overran }, { share = 0 }) => ({ overran: [...overran, share] }),
};

const after = (before: ClockStanding | null, clock: string, event: JournalRow, change: Change): ClockStanding => {
  const { said, at } = event;
  const due = said.due === undefined ? null : Date.parse(said.due);
  return {
    ...fresh,
    ...before,
    ...change(before ?? fresh, said),
    clock,
    due,
    dueSince: before && before.due === due && before.runs ? before.dueSince : at,
    consumed: said.consumed ?? before?.consumed ?? 0,
    since: said.since === undefined ? at : Date.parse(said.since),
  };
};

/** Follows the clocks of one ticket through its story. */
export const followClocks = (story: readonly JournalRow[]) => {
  const clocks = new Map<string, ClockStanding>();
  const breaches: Missed[] = [];
  const overruns: Missed[] = [];
  for (const event of story) {
    const kind = kindOf(event.type);
    const change = changes[kind];
    const { clock } = event.said;
    if (!change || clock === undefined) continue;
    const before = clocks.get(clock) ?? null;
    if (kind === 'sla-breached') breaches.push({ event, before });
    if (kind === 'sla-overrun') overruns.push({ event, before });
    clocks.set(clock, after(before, clock, event, change));
  }
  return { clocks: [...clocks.values()], breaches, overruns };
};

/** The earliest moment at which this share of the target can be used up: of working time there is no more than of time. */
export const earliestOf = ({ target, consumed, since }: ClockStanding, share: number): number =>
  since + Math.max(0, neededFor(target, share) - consumed);

/** The step that a running clock takes next after its breach; of those that are past already only the furthest. */
export const nextStepOf = ({ runs, breached, steps, overran, target, consumed }: ClockStanding): number | undefined => {
  if (!runs || !breached) return undefined;
  const left = steps.filter((share) => share > Math.max(0, ...overran));
  return left.findLast((share) => neededFor(target, share) <= consumed) ?? left[0];
};
