import type { ExplanationStep, Priority, TicketType } from '@tierline/contracts';
import type { Decision } from './decision.ts';
import type { Desk, Rule } from './desk.ts';
import { match, type TicketFacts } from './rule.ts';

/** What goes up: the ticket as it was routed before, the tier it goes to and the queue that was asked for. */
export type Rising = {
  ticket: TicketFacts;
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
  { ticket, toTier }: Rising,
  desk: Desk,
): { matched: boolean; why: string } => {
  if (!rule.enabled) return { matched: false, why: 'it is switched off' };
  const { matched, why } = match(rule.when, ticket);
  if (!matched) return { matched, why };
  const known = desk.queues.get(queue);
  if (!known) return { matched: false, why: `skipped, although ${why}: queue ${queue} is not known` };
  if (rule.then.tier !== undefined && rule.then.tier !== known.tier)
    return {
      matched: false,
      why: `skipped, although ${why}: queue ${queue} belongs to ${known.tier}, not to ${rule.then.tier}`,
    };
  return { matched: true, why: `${why}: its queue in ${toTier} is ${queue}` };
};

/** The first rule that holds and names a queue of the tier; rules for other tiers have nothing to say here. */
const byRules = (rising: Rising, desk: Desk): Choice => {
  const steps: ExplanationStep[] = [];
  for (const [index, rule] of desk.rules.entries()) {
    const { queue } = rule.then;
    if (queue === undefined || (desk.queues.get(queue)?.tier ?? rising.toTier) !== rising.toTier) continue;
    const { matched, why } = tried(rule, queue, rising, desk);
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
export const decideEscalation = (rising: Rising, desk: Desk): Decision | null => {
  const { priority, type, toTier } = rising;
  const tier = desk.tiers.get(toTier);
  if (!tier) return null;
  const { queue, steps } = firstOf([
    () => asked(rising, desk),
    () => byRules(rising, desk),
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
  return {
    type,
    priority,
    tier: toTier,
    queue: queue ?? tier.defaultQueue,
    fallback: false,
    explanation: [
      { rule: 'escalation', matched: true, why: `it goes up to ${toTier}; priority stays ${priority}` },
      ...steps,
    ],
  };
};
