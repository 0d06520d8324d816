import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import type { Decision } from './decision.ts';
import type { Desk, Rule, Surroundings } from './desk.ts';
import { requirementsIn } from './requirements.ts';
import { matchSafely, type TicketFacts } from './rule.ts';

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

const asked = ({ toTier, toQueue }: Rising, desk: Desk): Choice => {
  if (toQueue === null) return none;
  const known = desk.queues.get(toQueue);
  const rule = 'queue asked for';
  if (known?.tier === toTier)
    return { queue: toQueue, steps: [{ rule, matched: true, why: `${toQueue} is in ${toTier}` }] };
  const why = known ? `${toQueue} belongs to ${known.tier}, not to ${toTier}` : `queue ${toQueue} is not known`;
  return { queue: null, steps: [{ rule, matched: false, why }] };
};

const tried = (
  rule: Rule,
  queue: string,
  { ticket, at, type, toTier }: Rising,
  around: Surroundings,
): { matched: boolean; why: string } => {
  if (!rule.enabled) return { matched: false, why: 'it is switched off' };
  const { matched, why } = matchSafely(rule.when, { ...ticket, at, type }, around);
  if (!matched) return { matched, why };
  const known = around.desk.queues.get(queue);
  if (!known) return { matched: false, why: `skipped, although ${why}: queue ${queue} is not known` };
  if (rule.then.tier !== undefined && rule.then.tier !== known.tier)
    return {
      matched: false,
      why: `skipped, although ${why}: queue ${queue} belongs to ${known.tier}, not to ${rule.then.tier}`,
    };
  return { matched: true, why: `${why}: its queue in ${toTier} is ${queue}` };
};

/** The first rule that holds and names a queue of the tier; rules for other tiers have nothing to say here. */
const byRules = (rising: Rising, around: Surroundings): Choice => {
  const { desk } = around;
  const steps: ExplanationStep[] = [];
  for (const [index, rule] of desk.rules.entries()) {
    const { queue } = rule.then;
    if (queue === undefined || (desk.queues.get(queue)?.tier ?? rising.toTier) !== rising.toTier) continue;
    const { matched, why } = tried(rule, queue, rising, around);
    steps.push({ rule: `rule ${index + 1}: ${rule.name}`, matched, why });
    if (matched) return { queue, steps };
  }
  return { queue: null, steps };
};

const byCategory = ({ ticket, toTier }: Rising, desk: Desk): Choice => {
  const queue = desk.categories.get(ticket.category ?? '')?.queue ?? null;
  if (queue === null || desk.queues.get(queue)?.tier !== toTier) return none;
  return {
    queue,
    steps: [{ rule: `category ${ticket.category}`, matched: true, why: `its queue in ${toTier} is ${queue}` }],
  };
};

/** The first choice that names a queue, with the steps of all that came before it. */
const firstOf = (choices: readonly (() => Choice)[]): Choice => {
  let steps: ExplanationStep[] = [];
  for (const choose of choices) {
    const choice = choose();
    steps = [...steps, ...choice.steps];
    if (choice.queue !== null) return { queue: choice.queue, steps };
  }
  return { queue: null, steps };
};

/** Where an escalated ticket goes in its new tier; null while that tier is not known. */
export const decideEscalation = (rising: Rising, around: Surroundings): Decision | null => {
  const { desk } = around;
  const { priority, type, toTier } = rising;
  const tier = desk.tiers.get(toTier);
  if (!tier) return null;
  const { queue, steps } = firstOf([
    () => asked(rising, desk),
    () => byRules(rising, around),
    () => byCategory(rising, desk),
    () => ({
      queue: tier.defaultQueue,
      steps: [
        {
          rule: 'default queue',
          matched: true,
          why: `nothing else named a queue: ${tier.defaultQueue} is the default queue of ${toTier}`,
        },
      ],
    }),
  ]);
  const place = queue ?? tier.defaultQueue;
  const category = desk.categories.get(rising.ticket.category ?? '');
  const asks = requirementsIn(desk, place, {}, category);
  return {
    type,
    priority,
    tier: toTier,
    queue: place,
    ...asks.requirements,
    fallback: false,
    explanation: [
      { rule: 'escalation', matched: true, why: `it goes up to ${toTier}; priority stays ${priority}` },
      ...steps,
      ...asks.steps,
    ],
  };
};
