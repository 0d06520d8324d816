import type { Case, Rank } from './log.ts';

/** What a replay has to come to, found without playing it. */
export type Count = {
  readonly cases: number;
  /** Moves to a higher tier, to a lower one, and to another team of the same tier. */
  readonly up: number;
  readonly down: number;
  readonly sideways: number;
  /** Tickets that were solved at least once. */
  readonly resolved: number;
  /** Solutions by the tier that gave them; a ticket solved twice counts twice. */
  readonly solutions: Readonly<Record<Rank, number>>;
  readonly reopenings: number;
  /** Tickets that were reopened at least once. */
  readonly reopened: number;
  readonly closed: number;
  readonly cancelled: number;
  /** Tickets by the highest tier that they were in. */
  readonly highest: Readonly<Record<Rank, number>>;
};

/**
 * Counts a log event by event, and knows nothing of the plan that is played: team changes from one event of a case to
 * the next by the tiers of the two teams; a case is reopened when a Closed event is not its last one.
 */
export const countLog = (cases: readonly Case[]): Count => {
  const found = { cases: 0, up: 0, down: 0, sideways: 0, resolved: 0, reopenings: 0, reopened: 0, cancelled: 0 };
  const solutions: Record<Rank, number> = { 1: 0, 2: 0, 3: 0 };
  const highest: Record<Rank, number> = { 1: 0, 2: 0, 3: 0 };
  for (const { rows } of cases) {
    const early = rows.slice(0, -1).filter(({ status }) => status === 'closed').length;
    found.cases += 1;
    if (rows.some(({ status }) => status === 'closed')) found.resolved += 1;
    for (const { status, tier } of rows) if (status === 'closed') solutions[tier] += 1;
    found.reopenings += early;
    if (early > 0) found.reopened += 1;
    if (rows.at(-1)!.status === 'cancelled') found.cancelled += 1;
    highest[Math.max(...rows.map(({ tier }) => tier)) as Rank] += 1;
    for (let index = 1; index < rows.length; index += 1) {
      const before = rows[index - 1]!;
      const after = rows[index]!;
      if (after.tier > before.tier) found.up += 1;
      else if (after.tier < before.tier) found.down += 1;
      else if (after.team !== before.team) found.sideways += 1;
    }
  }
  // The log has no word of a requester, so nothing is confirmed: what it calls closed ends as resolved.
  return { ...found, closed: 0, solutions, highest };
};
