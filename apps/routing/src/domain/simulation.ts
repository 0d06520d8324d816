import { isSame } from '@tierline/contracts';
import { decideEntry, type Decision, type Occasion } from './decision.ts';
import type { Surroundings } from './desk.ts';

/** What of a route a change of rules may change. */
export type Outlook = Pick<
  Decision,
  'tier' | 'queue' | 'priority' | 'type' | 'skills' | 'certifications' | 'assignment'
>;

/** A ticket that other rules would have routed otherwise. */
export type Rerouted = {
  readonly from: Outlook;
  readonly to: Outlook;
  /** The steps that held under the other rules. */
  readonly why: readonly string[];
};

const outlookOf = ({ explanation: _, fallback: __, ...outlook }: Decision): Outlook => outlook;

/** How other surroundings would route the ticket, where that differs; null where it does not, or the desk is not known. */
export const reroute = (occasion: Occasion, now: Surroundings, draft: Surroundings): Rerouted | null => {
  const before = decideEntry(occasion, now);
  const after = decideEntry(occasion, draft);
  if (!before || !after) return null;
  const [from, to] = [outlookOf(before), outlookOf(after)];
  if (isSame(from, to)) return null;
  const why = after.explanation.filter(({ matched }) => matched).map(({ rule, why: words }) => `${rule}: ${words}`);
  return { from, to, why };
};

/** How many tickets would go from one place to another, or stay with another priority or other demands. */
export type Move = { readonly from: string; readonly to: string; readonly tickets: number };

const placeOf = ({ tier, queue }: Outlook) => `${tier}/${queue}`;

/** The moves with these added, most tickets first. */
export const movesWith = (moves: readonly Move[], rerouted: readonly Rerouted[]): Move[] => {
  const counts = new Map(moves.map(({ from, to, tickets }) => [`${from} ${to}`, tickets]));
  for (const { from, to } of rerouted) {
    const key = `${placeOf(from)} ${placeOf(to)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, tickets]) => {
      const [from = '', to = ''] = key.split(' ');
      return { from, to, tickets };
    })
    .sort((one, other) => other.tickets - one.tickets);
};
