import type { JournalRow } from './evidence.ts';
import { kindOf } from './names.ts';

/** A clock after the events about it. Times are milliseconds since 1970. */
export type ClockStanding = {
  readonly clock: string;
  readonly runs: boolean;
  readonly due: number | null;
  /** When it became known that it is due then. */
  readonly dueSince: number;
  /** Its present promise is missed already, and that was said. */
  readonly breached: boolean;
};

/** A breach as it was published, and the clock before it; null: there was none. */
export type Breach = { readonly event: JournalRow; readonly before: ClockStanding | null };

type Change = (before: ClockStanding | null, event: JournalRow) => Pick<ClockStanding, 'runs' | 'breached'>;

const still = (before: ClockStanding | null) => ({ runs: before?.runs ?? true, breached: before?.breached ?? false });
const ended: Change = (before) => ({ ...still(before), runs: false });

/** What each kind of clock event does to a clock; all of them say when it is due then. */
const changes: Readonly<Record<string, Change>> = {
  'clock-started': () => ({ runs: true, breached: false }),
  'clock-paused': ended,
  'clock-resumed': (before) => ({ ...still(before), runs: true }),
  'clock-met': ended,
  'clock-stopped': ended,
  // A promise that is not used up is judged anew.
  'clock-retargeted': (before, { said: { consumed = 0, target = 0 } }) =>
    consumed < target ? { ...still(before), breached: false } : still(before),
  'sla-warned': (before) => still(before),
  'sla-breached': (before) => ({ ...still(before), breached: true }),
};

/** Follows the clocks of one ticket through its story. */
export const followClocks = (story: readonly JournalRow[]) => {
  const clocks = new Map<string, ClockStanding>();
  const breaches: Breach[] = [];
  for (const event of story) {
    const change = changes[kindOf(event.type)];
    const { clock } = event.said;
    if (!change || clock === undefined) continue;
    const before = clocks.get(clock) ?? null;
    if (kindOf(event.type) === 'sla-breached') breaches.push({ event, before });
    const due = event.said.due === undefined ? null : Date.parse(event.said.due);
    const dueSince = before && before.due === due && before.runs ? before.dueSince : event.at;
    clocks.set(clock, { clock, due, dueSince, ...change(before, event) });
  }
  return { clocks: [...clocks.values()], breaches };
};
