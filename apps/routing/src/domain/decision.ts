import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import { lowestTier, placeOf, problemOf } from './desk.ts';
import type { Category, Desk, Place, Surroundings, Tier } from './desk.ts';
import { priorityOf } from './matrix.ts';
import { requirementsIn, type Requirements } from './requirements.ts';
import type { TicketFacts } from './rule.ts';
import { byRules, outcomeOf, placeWords, step, words } from './ruling.ts';

/** Where a ticket goes, what its agent has to be able to do, and every step that led there. */
export type Decision = Requirements & {
  type: TicketType;
  priority: Priority;
  tier: string;
  queue: string;
  /** True when no rule and no category named a place. */
  fallback: boolean;
  explanation: ExplanationStep[];
};

/** The ticket and the time at which its route is decided. */
export type Occasion = { readonly ticket: TicketFacts; readonly at: string };

type Categorised = { known?: Category; place?: Place; type?: TicketType; steps: ExplanationStep[] };

const byCategory = ({ category }: TicketFacts, desk: Desk): Categorised => {
  if (category === null) return { steps: [step('category', false, 'no category is given')] };
  const name = `category ${category}`;
  const known = desk.categories.get(category);
  if (!known) return { steps: [step(name, false, 'it is not in the catalogue')] };
  const { type } = known;
  const problem = problemOf(desk, known);
  if (problem) return { known, type, steps: [step(name, false, `its place is skipped: ${problem.why}`)] };
  const place = placeOf(desk, known);
  if (!place)
    return { known, type, steps: [step(name, false, `it names no place; it makes the ticket ${words[type]}`)] };
  const why = `its place is ${placeWords(place)}; it makes the ticket ${words[type]}`;
  return { known, place, type, steps: [step(name, true, why)] };
};

const fallbackOf = ({ tier, defaultQueue }: Tier) => ({
  place: { tier, queue: defaultQueue },
  step: step(
    'fallback',
    true,
    `no rule and no category named a place: ${defaultQueue} is the default queue of ${tier}, the lowest tier`,
  ),
});

/** Where an opened ticket goes; null while not a single tier is known. */
export const decideEntry = ({ ticket, at }: Occasion, around: Surroundings): Decision | null => {
  const { desk } = around;
  const lowest = lowestTier(desk);
  if (!lowest) return null;
  const { impact, urgency } = ticket;
  const priority = priorityOf(impact, urgency, desk.matrix);
  const category = byCategory(ticket, desk);
  const type = category.type ?? 'incident';
  const rules = byRules({
    ticket: { ...ticket, at, type, hop: 'first' },
    around,
    bears: () => true,
    saying: (rule) => outcomeOf(rule, desk),
  });
  const named = rules.outcome.place ?? category.place;
  const fallback = fallbackOf(lowest);
  const place = named ?? fallback.place;
  const { requirements, steps } = requirementsIn(desk, place, rules.outcome, category.known);
  return {
    type: rules.outcome.type ?? type,
    priority: rules.outcome.priority ?? priority,
    ...place,
    ...requirements,
    fallback: !named,
    explanation: [
      step('matrix', true, `impact ${impact} × urgency ${urgency} gives ${priority}`),
      ...rules.steps,
      ...category.steps,
      ...(named ? [] : [fallback.step]),
      ...steps,
    ],
  };
};
