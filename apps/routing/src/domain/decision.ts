import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import { lowestTier, placeOf, problemOf } from './desk.ts';
import type { Category, Desk, Outcome, Place, Rule, Surroundings, Tier } from './desk.ts';
import { priorityOf } from './matrix.ts';
import { requirementsIn, type Requirements } from './requirements.ts';
import { matchSafely, wishOf, type RuledTicket, type TicketFacts } from './rule.ts';

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

const step = (rule: string, matched: boolean, why: string): ExplanationStep => ({ rule, matched, why });
const placeWords = ({ tier, queue }: Place) => `${tier}/${queue}`;

/** How a rule is called in an explanation. */
export const nameOf = ({ name }: Rule, index: number) => `rule ${index + 1}: ${name}`;

type Part = keyof Outcome;
const parts: readonly Part[] = ['place', 'priority', 'type', 'skills', 'certifications', 'assignment'];

const words: Record<TicketType, string> = { incident: 'an incident', 'service-request': 'a service request' };

const partWords: { readonly [P in Part]: (value: NonNullable<Outcome[P]>) => string } = {
  place: (place) => `sends it to ${placeWords(place)}`,
  priority: (priority) => `sets priority ${priority}`,
  type: (type) => `makes it ${words[type]}`,
  skills: (skills) => `asks for skill ${skills.map(({ skill }) => skill).join(', ')}`,
  certifications: (certifications) => `asks for certificate ${certifications.join(', ')}`,
  assignment: (assignment) => `assigns it ${assignment}`,
};

/** What rules have decided so far, and which rule decided it. */
type Decided = { outcome: Outcome; by: Partial<Record<Part, string>>; steps: ExplanationStep[] };

const outcomeOf = (rule: Rule, desk: Desk): Outcome => {
  const { tier: _tier, queue: _queue, ...rest } = rule.then;
  const place = placeOf(desk, wishOf(rule));
  return { ...(place ? { place } : {}), ...rest };
};

/** Takes from the rule what no earlier rule has decided, and says so. */
const taken = (decided: Decided, name: string, why: string, says: Outcome): Decided => {
  const named = parts.filter((part) => says[part] !== undefined);
  const fresh = named.filter((part) => decided.by[part] === undefined);
  const late = named.filter((part) => decided.by[part] !== undefined);
  const effects = [
    ...fresh.map((part) => (partWords[part] as (value: unknown) => string)(says[part])),
    ...late.map((part) => `${part} stays as ${decided.by[part]} decided`),
  ];
  return {
    outcome: { ...decided.outcome, ...Object.fromEntries(fresh.map((part) => [part, says[part]])) },
    by: { ...decided.by, ...Object.fromEntries(fresh.map((part) => [part, name])) },
    steps: [...decided.steps, step(name, true, `${why}: ${effects.join(', ')}`)],
  };
};

const tried = (decided: Decided, rule: Rule, index: number, ticket: RuledTicket, around: Surroundings): Decided => {
  const name = nameOf(rule, index);
  const passed = (why: string): Decided => ({ ...decided, steps: [...decided.steps, step(name, false, why)] });
  if (!rule.enabled) return passed('it is switched off');
  const { matched, why } = matchSafely(rule.when, ticket, around);
  if (!matched) return passed(why);
  const problem = problemOf(around.desk, wishOf(rule));
  if (problem) return passed(`skipped, although ${why}: ${problem.why}`);
  return taken(decided, name, why, outcomeOf(rule, around.desk));
};

const nothing: Decided = { outcome: {}, by: {}, steps: [] };

const byRules = (ticket: RuledTicket, around: Surroundings): Decided =>
  around.desk.rules.reduce<Decided>((decided, rule, index) => tried(decided, rule, index, ticket, around), nothing);

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
  const rules = byRules({ ...ticket, at, type }, around);
  const named = rules.outcome.place ?? category.place;
  const fallback = fallbackOf(lowest);
  const place = named ?? fallback.place;
  const { requirements, steps } = requirementsIn(desk, place.queue, rules.outcome, category.known);
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
