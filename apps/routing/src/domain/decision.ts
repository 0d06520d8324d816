import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import { lowestTier, placeOf, problemOf, type Desk, type Outcome, type Place, type Rule, type Tier } from './desk.ts';
import { priorityOf } from './matrix.ts';
import { match, wishOf, type TicketFacts } from './rule.ts';

/** Where a ticket goes, and every step that led there. */
export type Decision = {
  type: TicketType;
  priority: Priority;
  tier: string;
  queue: string;
  /** True when no rule and no category named a place. */
  fallback: boolean;
  explanation: ExplanationStep[];
};

const step = (rule: string, matched: boolean, why: string): ExplanationStep => ({ rule, matched, why });
const nameOf = ({ name }: Rule, index: number) => `rule ${index + 1}: ${name}`;
const placeWords = ({ tier, queue }: Place) => `${tier}/${queue}`;

type Part = keyof Outcome;
const parts: readonly Part[] = ['place', 'priority', 'type'];

const partWords = (part: Part, outcome: Outcome): string => {
  if (part === 'place') return `sends it to ${placeWords(outcome.place!)}`;
  return part === 'priority' ? `sets priority ${outcome.priority}` : `makes it ${words[outcome.type!]}`;
};

const words: Record<TicketType, string> = { incident: 'an incident', 'service-request': 'a service request' };

/** What rules have decided so far, and which rule decided it. */
type Decided = { outcome: Outcome; by: Partial<Record<Part, string>>; steps: ExplanationStep[] };

const outcomeOf = (rule: Rule, desk: Desk): Outcome => {
  const place = placeOf(desk, wishOf(rule));
  return {
    ...(place ? { place } : {}),
    ...(rule.then.priority ? { priority: rule.then.priority } : {}),
    ...(rule.then.type ? { type: rule.then.type } : {}),
  };
};

/** Takes from the rule what no earlier rule has decided, and says so. */
const taken = (decided: Decided, name: string, why: string, says: Outcome): Decided => {
  const named = parts.filter((part) => says[part] !== undefined);
  const fresh = named.filter((part) => decided.by[part] === undefined);
  const late = named.filter((part) => decided.by[part] !== undefined);
  const effects = [
    ...fresh.map((part) => partWords(part, says)),
    ...late.map((part) => `${part} stays as ${decided.by[part]} decided`),
  ];
  return {
    outcome: { ...decided.outcome, ...Object.fromEntries(fresh.map((part) => [part, says[part]])) },
    by: { ...decided.by, ...Object.fromEntries(fresh.map((part) => [part, name])) },
    steps: [...decided.steps, step(name, true, `${why}: ${effects.join(', ')}`)],
  };
};

const tried = (decided: Decided, rule: Rule, index: number, ticket: TicketFacts, desk: Desk): Decided => {
  const name = nameOf(rule, index);
  const passed = (why: string): Decided => ({ ...decided, steps: [...decided.steps, step(name, false, why)] });
  if (!rule.enabled) return passed('it is switched off');
  const { matched, why } = match(rule.when, ticket);
  if (!matched) return passed(why);
  const problem = problemOf(desk, wishOf(rule));
  if (problem) return passed(`skipped, although ${why}: ${problem.why}`);
  return taken(decided, name, why, outcomeOf(rule, desk));
};

const byRules = (ticket: TicketFacts, desk: Desk): Decided =>
  desk.rules.reduce<Decided>((decided, rule, index) => tried(decided, rule, index, ticket, desk), {
    outcome: {},
    by: {},
    steps: [],
  });

type Categorised = { place?: Place; type?: TicketType; steps: ExplanationStep[] };

const byCategory = ({ category }: TicketFacts, desk: Desk): Categorised => {
  if (category === null) return { steps: [step('category', false, 'no category is given')] };
  const name = `category ${category}`;
  const known = desk.categories.get(category);
  if (!known) return { steps: [step(name, false, 'it is not in the catalogue')] };
  const { type } = known;
  const problem = problemOf(desk, known);
  if (problem) return { type, steps: [step(name, false, `its place is skipped: ${problem.why}`)] };
  const place = placeOf(desk, known);
  if (!place) return { type, steps: [step(name, false, `it names no place; it makes the ticket ${words[type]}`)] };
  return {
    place,
    type,
    steps: [step(name, true, `its place is ${placeWords(place)}; it makes the ticket ${words[type]}`)],
  };
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
export const decideEntry = (ticket: TicketFacts, desk: Desk): Decision | null => {
  const lowest = lowestTier(desk);
  if (!lowest) return null;
  const { impact, urgency } = ticket;
  const priority = priorityOf(impact, urgency);
  const rules = byRules(ticket, desk);
  const category = byCategory(ticket, desk);
  const named = rules.outcome.place ?? category.place;
  const fallback = fallbackOf(lowest);
  return {
    type: rules.outcome.type ?? category.type ?? 'incident',
    priority: rules.outcome.priority ?? priority,
    ...(named ?? fallback.place),
    fallback: !named,
    explanation: [
      step('matrix', true, `impact ${impact} × urgency ${urgency} gives ${priority}`),
      ...rules.steps,
      ...category.steps,
      ...(named ? [] : [fallback.step]),
    ],
  };
};
