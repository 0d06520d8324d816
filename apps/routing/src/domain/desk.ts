import type {
  CalendarChanged,
  CategoryPart,
  EscalationPart,
  FactOf,
  MatrixPart,
  NeededSkill,
  Assignment,
  Priority,
  QueuePart,
  RuleConditions,
  RulePart,
  TicketType,
  TierPart,
} from '@tierline/contracts';
import { standardMatrix } from './matrix.ts';

export type Tier = TierPart;
export type Queue = QueuePart;
export type Calendar = FactOf<typeof CalendarChanged>['data'];
export type Conditions = RuleConditions;
export type Rule = RulePart;

/** A category of the catalogue; null: the lowest tier, the default queue of the tier. */
export type Category = CategoryPart & { readonly tier: string | null; readonly queue: string | null };

/** A tenant's desk as far as routing needs it. */
export type Desk = {
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly categories: ReadonlyMap<string, Category>;
  /** In the order in which they are tried. */
  readonly rules: readonly Rule[];
  readonly matrix: MatrixPart;
  /** The ways up that are allowed. */
  readonly escalations: readonly EscalationPart[];
};

export const emptyDesk: Desk = {
  tiers: new Map(),
  queues: new Map(),
  calendars: new Map(),
  categories: new Map(),
  rules: [],
  matrix: standardMatrix,
  escalations: [],
};

/** What a decision looks at beside the ticket. */
export type Surroundings = {
  readonly desk: Desk;
  /** How many tickets wait in each queue that a rule asks about. */
  readonly loads: ReadonlyMap<string, number>;
};

/** Where a ticket can be. */
export type Place = { tier: string; queue: string };

/** What a rule or a category says about the place; null: it does not say. */
export type Wish = { tier: string | null; queue: string | null };

/** What a rule may set. */
export type Outcome = {
  place?: Place;
  priority?: Priority;
  type?: TicketType;
  skills?: readonly NeededSkill[];
  certifications?: readonly string[];
  assignment?: Assignment;
};

/** The tier in which tickets start unless something else is said; undefined before the first tier is known. */
export const lowestTier = ({ tiers }: Desk): Tier | undefined =>
  [...tiers.values()].sort((a, b) => a.rank - b.rank || (a.tier < b.tier ? -1 : 1))[0];

/** The queues whose load some rule asks about. */
export const queuesWithLoad = ({ rules }: Pick<Desk, 'rules'>): string[] => [
  ...new Set(rules.flatMap(({ when }) => (when.load ? [when.load.queue] : []))),
];

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
