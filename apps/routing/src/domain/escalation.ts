import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import type { Decision } from './decision.ts';
import type { Desk, Rule, Surroundings, Tier } from './desk.ts';
import { requirementsIn } from './requirements.ts';
import type { TicketFacts } from './rule.ts';
import { byRules, outcomeOf, step, type Decided } from './ruling.ts';

/** What goes up: the ticket as it was routed before, the tier it goes to and the queue that was asked for. */
export type Rising = {
  ticket: TicketFacts;
  /** When the route is decided. */
  at: string;
  priority: Priority;
  type: TicketType;
  toTier: string;
  toQueue: string | null;
};

/** A queue that somebody or something named, or null, with the steps that led there. */
type Choice = { queue: string | null; steps: ExplanationStep[] };
const none: Choice = { queue: null, steps: [] };

const askedFor = 'queue asked for';

const asked = ({ toTier, toQueue }: Rising, desk: Desk): Choice => {
  if (toQueue === null) return none;
  const known = desk.queues.get(toQueue);
  if (known?.tier === toTier) return { queue: toQueue, steps: [step(askedFor, true, `${toQueue} is in ${toTier}`)] };
  const why = known ? `${toQueue} belongs to ${known.tier}, not to ${toTier}` : `queue ${toQueue} is not known`;
  return { queue: null, steps: [step(askedFor, false, why)] };
};

/** Rules for other tiers have nothing to say here, nor has one that judges how urgent the ticket is, and of what type. */
const bearsOn = ({ then }: Rule, toTier: string, { queues }: Desk): boolean => {
  const { tier, queue, skills, certifications, assignment } = then;
  if (queue !== undefined) return (queues.get(queue)?.tier ?? toTier) === toTier;
  return (tier ?? toTier) === toTier && (skills ?? certifications ?? assignment) !== undefined;
};

/** What rules say of the way up: a queue where they name one, and what they ask of whoever takes the ticket. */
const ruled = ({ ticket, at, type, toTier }: Rising, around: Surroundings, { queue, steps }: Choice): Decided =>
  byRules(
    {
      ticket: { ...ticket, at, type, hop: 'later' },
      around,
      bears: (rule) => bearsOn(rule, toTier, around.desk),
      saying: (rule) => {
        const { place, priority: _priority, type: _type, ...asks } = outcomeOf(rule, around.desk);
        return rule.then.queue === undefined ? asks : { place, ...asks };
      },
    },
    queue === null
      ? { outcome: {}, by: {}, steps }
      : { outcome: { place: { tier: toTier, queue } }, by: { place: askedFor }, steps },
  );

const byCategory = ({ ticket, toTier }: Rising, desk: Desk): Choice => {
  const queue = desk.categories.get(ticket.category ?? '')?.queue ?? null;
  if (queue === null || desk.queues.get(queue)?.tier !== toTier) return none;
  return {
    queue,
    steps: [{ rule: `category ${ticket.category}`, matched: true, why: `its queue in ${toTier} is ${queue}` }],
  };
};

const byDefault = ({ defaultQueue, tier }: Tier): Choice => ({
  queue: defaultQueue,
  steps: [step('default queue', true, `nothing else named a queue: ${defaultQueue} is the default queue of ${tier}`)],
});

/** Where an escalated ticket goes in its new tier; null while that tier is not known. */
export const decideEscalation = (rising: Rising, around: Surroundings): Decision | null => {
  const { desk } = around;
  const { priority, type, toTier, ticket } = rising;
  const tier = desk.tiers.get(toTier);
  if (!tier) return null;
  const rules = ruled(rising, around, asked(rising, desk));
  const named = rules.outcome.place;
  const category = byCategory(rising, desk);
  const choice = named ? none : category.queue === null ? byDefault(tier) : category;
  const place = named ?? { tier: toTier, queue: choice.queue ?? tier.defaultQueue };
  const asks = requirementsIn(desk, place, rules.outcome, desk.categories.get(ticket.category ?? ''));
  return {
    type,
    priority,
    ...place,
    ...asks.requirements,
    fallback: false,
    explanation: [
      step('escalation', true, `it goes up to ${toTier}; priority stays ${priority}`),
      ...rules.steps,
      ...choice.steps,
      ...asks.steps,
    ],
  };
};
