import type { Rank } from '../log.ts';
import type { Count } from '../count.ts';

/** Counts what happens to tickets while they are told, one after the other. */
export type Tally = ReturnType<typeof startTally>;

export const startTally = () => {
  const count = {
    cases: 0,
    up: 0,
    down: 0,
    sideways: 0,
    resolved: 0,
    reopenings: 0,
    reopened: 0,
    closed: 0,
    cancelled: 0,
  };
  const solutions: Record<Rank, number> = { 1: 0, 2: 0, 3: 0 };
  const highest: Record<Rank, number> = { 1: 0, 2: 0, 3: 0 };
  let top: Rank = 1;
  return {
    opened: (rank: Rank) => {
      count.cases += 1;
      top = rank;
    },
    escalated: (to: Rank) => {
      count.up += 1;
      if (to > top) top = to;
    },
    returned: () => (count.down += 1),
    transferred: () => (count.sideways += 1),
    /** `again` when the ticket was solved before. */
    resolved: (rank: Rank, again: boolean) => {
      if (!again) count.resolved += 1;
      solutions[rank] += 1;
    },
    /** A told ticket is reopened once at most. */
    reopened: () => {
      count.reopenings += 1;
      count.reopened += 1;
    },
    closed: () => {
      count.closed += 1;
    },
    cancelled: () => {
      count.cancelled += 1;
    },
    /** The ticket that was opened last has been told to its end. */
    done: () => (highest[top] += 1),
    count: (): Count => ({ ...count, solutions: { ...solutions }, highest: { ...highest } }),
  };
};
