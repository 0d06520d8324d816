import type { Channel, Impact, Priority, TicketType, Urgency } from '@tierline/contracts';

export type Tier = { tier: string; name: string; rank: number; defaultQueue: string };
export type Queue = { queue: string; name: string; tier: string; team: string };

/** A category of the catalogue; null: the lowest tier, the default queue of the tier. */
export type Category = { category: string; name: string; type: TicketType; tier: string | null; queue: string | null };

/** Conditions, all of which must hold; without any the rule applies to every ticket. */
export type Conditions = {
  category?: string | undefined;
  channel?: Channel | undefined;
  impact?: Impact | undefined;
  urgency?: Urgency | undefined;
  organisation?: string | undefined;
  requesterId?: string | undefined;
  /** One of them stands in subject or description, as whole words, in any case. */
  keywords?: readonly string[] | undefined;
};

/** One routing rule. What it leaves out is left to later rules, the category and the matrix. */
export type Rule = {
  name: string;
  when: Conditions;
  then: {
    tier?: string | undefined;
    queue?: string | undefined;
    priority?: Priority | undefined;
    type?: TicketType | undefined;
  };
  enabled: boolean;
};

/** A tenant's desk as far as routing needs it. */
export type Desk = {
  tiers: ReadonlyMap<string, Tier>;
  queues: ReadonlyMap<string, Queue>;
  categories: ReadonlyMap<string, Category>;
  /** In the order in which they are tried. */
  rules: readonly Rule[];
};

export const emptyDesk: Desk = { tiers: new Map(), queues: new Map(), categories: new Map(), rules: [] };

/** Where a ticket can be. */
export type Place = { tier: string; queue: string };

/** What a rule or a category says about the place; null: it does not say. */
export type Wish = { tier: string | null; queue: string | null };

/** What a rule may set. */
export type Outcome = { place?: Place; priority?: Priority; type?: TicketType };

/** The tier in which tickets start unless something else is said; undefined before the first tier is known. */
export const lowestTier = ({ tiers }: Desk): Tier | undefined =>
  [...tiers.values()].sort((a, b) => a.rank - b.rank || (a.tier < b.tier ? -1 : 1))[0];

/** Why the tier and the queue of a wish cannot be taken together; null when they can. */
export const problemOf = (
  { tiers, queues }: Desk,
  { tier, queue }: Wish,
): { field: 'tier' | 'queue'; why: string } | null => {
  if (tier !== null && !tiers.has(tier)) return { field: 'tier', why: `tier ${tier} is not known` };
  if (queue === null) return null;
  const known = queues.get(queue);
  if (!known) return { field: 'queue', why: `queue ${queue} is not known` };
  if (tier !== null && known.tier !== tier)
    return { field: 'queue', why: `queue ${queue} belongs to ${known.tier}, not to ${tier}` };
  return null;
};

/** The place of a wish without a problem; undefined when it names none. */
export const placeOf = ({ tiers, queues }: Desk, { tier, queue }: Wish): Place | undefined => {
  if (queue !== null) return { tier: queues.get(queue)!.tier, queue };
  return tier === null ? undefined : { tier, queue: tiers.get(tier)!.defaultQueue };
};
