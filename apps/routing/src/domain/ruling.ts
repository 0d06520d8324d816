import type { ExplanationStep, TicketType } from '@tierline/contracts';
import { placeOf, problemOf, type Desk, type Outcome, type Place, type Rule, type Surroundings } from './desk.ts';
import { countsIn } from './requirements.ts';
import { matchSafely, wishOf, type RuledTicket } from './rule.ts';

export const step = (rule: string, matched: boolean, why: string): ExplanationStep => ({ rule, matched, why });
export const placeWords = ({ tier, queue }: Place) => `${tier}/${queue}`;

/** How a rule is called in an explanation. */
const nameOf = ({ name }: Rule, index: number) => `rule ${index + 1}: ${name}`;

type Part = keyof Outcome;
const parts: readonly Part[] = ['place', 'priority', 'type', 'skills', 'certifications', 'assignment'];
/** What is asked of whoever takes the ticket. */
const demands: readonly Part[] = ['skills', 'certifications', 'assignment'];

export const words: Record<TicketType, string> = { incident: 'an incident', 'service-request': 'a service request' };

const partWords: { readonly [P in Part]: (value: NonNullable<Outcome[P]>) => string } = {
  place: (place) => `sends it to ${placeWords(place)}`,
  priority: (priority) => `sets priority ${priority}`,
  type: (type) => `makes it ${words[type]}`,
  skills: (skills) => `asks for skill ${skills.map(({ skill }) => skill).join(', ')}`,
  certifications: (certifications) => `asks for certificate ${certifications.join(', ')}`,
  assignment: (assignment) => `assigns it ${assignment}`,
};

/** What rules have decided so far, and which rule decided it. */
export type Decided = { outcome: Outcome; by: Partial<Record<Part, string>>; steps: ExplanationStep[] };

const undecided: Decided = { outcome: {}, by: {}, steps: [] };

/** What a rule of this desk says, its place looked up. */
export const outcomeOf = (rule: Rule, desk: Desk): Outcome => {
  const { tier: _tier, queue: _queue, ...rest } = rule.then;
  const place = placeOf(desk, wishOf(rule));
  return { ...(place ? { place } : {}), ...rest };
};

/** Takes from the rule what no earlier one has decided, and says so. */
const taken = (decided: Decided, rule: Rule, name: string, why: string, says: Outcome): Decided => {
  const { place } = decided.outcome;
  const isElsewhere = place !== undefined && !countsIn(place, wishOf(rule));
  const said = parts.filter((part) => says[part] !== undefined);
  const named = said.filter((part) => !isElsewhere || !demands.includes(part));
  const fresh = named.filter((part) => decided.by[part] === undefined);
  const late = named.filter((part) => decided.by[part] !== undefined);
  const effects = [
    ...fresh.map((part) => (partWords[part] as (value: unknown) => string)(says[part])),
    ...late.map((part) => `${part} stays as ${decided.by[part]} decided`),
    ...(named.length < said.length ? ['what it asks for counts in its own place alone'] : []),
  ];
  return {
    outcome: { ...decided.outcome, ...Object.fromEntries(fresh.map((part) => [part, says[part]])) },
    by: { ...decided.by, ...Object.fromEntries(fresh.map((part) => [part, name])) },
    steps: [...decided.steps, step(name, true, `${why}: ${effects.join(', ')}`)],
  };
};

type Trial = {
  readonly ticket: RuledTicket;
  readonly around: Surroundings;
  /** True for the rules that have something to say here; the others are not tried. */
  readonly bears: (rule: Rule) => boolean;
  /** What a rule that holds says here. */
  readonly saying: (rule: Rule) => Outcome;
};

const tried = (decided: Decided, rule: Rule, index: number, { ticket, around, bears, saying }: Trial): Decided => {
  if (!bears(rule)) return decided;
  const name = nameOf(rule, index);
  const passed = (why: string): Decided => ({ ...decided, steps: [...decided.steps, step(name, false, why)] });
  if (!rule.enabled) return passed('it is switched off');
  const { matched, why } = matchSafely(rule.when, ticket, around);
  if (!matched) return passed(why);
  const problem = problemOf(around.desk, wishOf(rule));
  if (problem) return passed(`skipped, although ${why}: ${problem.why}`);
  return taken(decided, rule, name, why, saying(rule));
};

/** Tries the rules in their order, each taking what neither an earlier one nor `before` has decided. */
export const byRules = (trial: Trial, before: Decided = undecided): Decided =>
  trial.around.desk.rules.reduce<Decided>((decided, rule, index) => tried(decided, rule, index, trial), before);
