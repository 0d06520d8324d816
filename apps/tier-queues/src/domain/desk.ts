import type {
  AgentPart,
  ContactPolicy,
  EscalationPart,
  HandoverPart,
  HoldReason,
  LimitsPart,
  ManagementPart,
  Priority,
  QueuePart,
  TeamPart,
  TierPart,
} from '@tierline/contracts';
import type { Absence } from './absences.ts';
import type { PromiseBook } from './clocks/timekeeping.ts';
import { day, second } from './time.ts';

export type Tier = TierPart;
export type Queue = QueuePart & {
  /** The partner whose team works in it. */
  readonly partner?: string | null | undefined;
};
export type DeskAgent = AgentPart;

/** Where a ticket is, as the desk had it at that time. */
export type Place = { readonly tier: string; readonly rank: number; readonly queue: string; readonly team: string };

/** How long a ticket may stay in a state, in milliseconds. */
export type Limits = {
  /** Without a route, before it falls into the default queue. */
  readonly unrouted: number;
  /** From resolved to closed. */
  readonly close: number;
  /** After closing, while it can be reopened. */
  readonly reopen: number;
  /** A hold without a date. */
  readonly hold: number;
  /** The longest hold that may be asked for. */
  readonly longestHold: number;
  /** Open with nothing due and without anything happening, before somebody is told. */
  readonly stalled: number;
  /** All holds of one reason together; a reason that is not named has its default. */
  readonly holdCaps?: Partial<Readonly<Record<HoldReason, number>>>;
  /** Returns of one ticket, after which a lead decides instead. */
  readonly bounces?: number;
  /** Places of an agent's capacity that a ticket takes; 1 for a priority that is not named. */
  readonly weights?: Partial<Readonly<Record<Priority, number>>>;
};

/** A tenant's desk as decisions look at it. */
export type Desk = {
  readonly tiers: ReadonlyMap<string, Tier>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly teams: ReadonlyMap<string, TeamPart>;
  readonly management: readonly ManagementPart[];
  readonly absences: readonly Absence[];
  /** The ways up that are allowed, as routing's catalogue says. */
  readonly escalations: readonly EscalationPart[];
  /** By `from:to`. */
  readonly handovers: ReadonlyMap<string, HandoverPart>;
  readonly limits: Limits;
  /** What is promised by policies and calendars: the same object as long as the desk does not change. */
  readonly book: PromiseBook;
};

/** The limits of a desk: its own, and those of the installation where it says nothing. */
export const limitsUnder = (own: LimitsPart | undefined, installed: Limits): Limits => {
  if (!own) return installed;
  const inDays = (days: number | undefined, otherwise: number) => (days === undefined ? otherwise : days * day);
  const caps = Object.entries(own.holdCapDays ?? {}).map(([reason, days]) => [reason, days * day]);
  return {
    ...installed,
    unrouted: own.unroutedSeconds === undefined ? installed.unrouted : own.unroutedSeconds * second,
    close: inDays(own.closeDays, installed.close),
    reopen: inDays(own.reopenDays, installed.reopen),
    hold: inDays(own.holdDays, installed.hold),
    longestHold: inDays(own.longestHoldDays, installed.longestHold),
    holdCaps: { ...installed.holdCaps, ...(Object.fromEntries(caps) as Limits['holdCaps']) },
    ...(own.capacityWeights && { weights: own.capacityWeights }),
  };
};

/** Urgency of a ticket that routing has not judged yet. */
export const unjudged = 'P3' satisfies Priority;

/** Places of an agent's capacity that a ticket of this priority takes. */
export const weightOf = (priority: Priority | null, { weights }: Pick<Limits, 'weights'>): number =>
  weights?.[priority ?? unjudged] ?? 1;

/** Returns of one ticket, after which a lead decides instead, where nothing else is said. */
const defaultBounces = 2;

/** Returns out of a tier, after which a lead decides instead: as the tier says, else the installation. */
export const bounceLimitIn = ({ tiers, limits }: Desk, tier: string): number =>
  tiers.get(tier)?.bounceLimit ?? limits.bounces ?? defaultBounces;

/** Who of the tier may write to requesters. */
export const contactOf = ({ contact = 'public' }: Tier): ContactPolicy => contact;

/** The place that a queue is, or null when there is no such queue. */
export const placeOf = (desk: Desk, queue: string): Place | null => {
  const found = desk.queues.get(queue);
  const tier = found && desk.tiers.get(found.tier);
  return tier ? { tier: tier.tier, rank: tier.rank, queue: found.queue, team: found.team } : null;
};

/** The default queue of a tier, or null when there is no such tier. */
export const defaultPlace = (desk: Desk, tier: string): Place | null => {
  const found = desk.tiers.get(tier);
  return found ? placeOf(desk, found.defaultQueue) : null;
};

const highest = (tiers: readonly Tier[]): Tier | null =>
  tiers.reduce<Tier | null>((best, tier) => (best && best.rank > tier.rank ? best : tier), null);

/** The tier next below a rank, or null when that rank is the lowest. */
export const tierBelow = (desk: Desk, rank: number): Tier | null =>
  highest([...desk.tiers.values()].filter((tier) => tier.rank < rank));

/** The default queue of the lowest tier, or null while the desk has no tier. */
export const lowestPlace = (desk: Desk): Place | null => {
  const [lowest] = [...desk.tiers.values()].sort((a, b) => a.rank - b.rank);
  return lowest ? defaultPlace(desk, lowest.tier) : null;
};

/** The first of these that is a place now: a queue by name, else the default queue of a tier, else of the lowest. */
export const fallbackPlace = (desk: Desk, queue: string | null, tier: string | null): Place | null => {
  const named = queue === null ? null : placeOf(desk, queue);
  return named ?? (tier === null ? null : defaultPlace(desk, tier)) ?? lowestPlace(desk);
};
