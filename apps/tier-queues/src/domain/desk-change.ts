import { DomainError } from '@tierline/contracts';
import type { DeskAgent, Queue, Tier } from './desk.ts';

/** Parts of a desk: what a change names, or what is there. */
export type DeskParts = {
  readonly tiers: readonly Tier[];
  readonly queues: readonly Queue[];
  readonly agents: readonly DeskAgent[];
};

type Fault = { readonly path: string; readonly message: string };

const bySlug = <T>(items: readonly T[], slug: (item: T) => string) => new Map(items.map((item) => [slug(item), item]));

const tierSlug = ({ tier }: Tier) => tier;
const queueSlug = ({ queue }: Queue) => queue;
const agentSlug = ({ agentId }: DeskAgent) => agentId;

/** The items with the named ones put over those that are there. */
const merged = <T>(there: readonly T[], named: readonly T[], slug: (item: T) => string): Map<string, T> =>
  bySlug([...there, ...named], slug);

const namedTwice = <T>(items: readonly T[], path: string, field: string, slug: (item: T) => string): Fault[] => {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const name = slug(item);
    if (seen.has(name)) return [{ path: `${path}.${index}.${field}`, message: `${name} is named twice` }];
    seen.add(name);
    return [];
  });
};

const tierFaults = (named: DeskParts, tiers: Map<string, Tier>, queues: Map<string, Queue>): Fault[] =>
  named.tiers.flatMap(({ tier, rank, defaultQueue }, index) => {
    const faults: Fault[] = [];
    const rival = [...tiers.values()].find((other) => other.rank === rank && other.tier !== tier);
    if (rival)
      faults.push({
        path: `tiers.${index}.rank`,
        message: `${rank} is the rank of tier ${rival.tier} too; each tier has its own`,
      });
    const queue = queues.get(defaultQueue);
    const path = `tiers.${index}.defaultQueue`;
    if (!queue)
      faults.push({
        path,
        message: `there is no queue ${defaultQueue}; a new tier and its queues come together by PUT /desk`,
      });
    else if (queue.tier !== tier)
      faults.push({ path, message: `queue ${defaultQueue} belongs to tier ${queue.tier}, not to ${tier}` });
    return faults;
  });

const queueFaults = (named: DeskParts, tiers: Map<string, Tier>): Fault[] => {
  const namedTiers = new Set(named.tiers.map(tierSlug));
  const defaultOf = new Map([...tiers.values()].map((tier) => [tier.defaultQueue, tier.tier]));
  return named.queues.flatMap(({ queue, tier }, index) => {
    const path = `queues.${index}.tier`;
    if (!tiers.has(tier))
      return [{ path, message: `there is no tier ${tier}; a new tier and its queues come together by PUT /desk` }];
    const home = defaultOf.get(queue);
    // A tier that is named itself is told at its default queue.
    if (home === undefined || home === tier || namedTiers.has(home)) return [];
    return [{ path, message: `queue ${queue} is the default queue of tier ${home} and has to stay there` }];
  });
};

/** What is wrong with the desk that the change would leave, at the paths of the change. */
const faultsOf = (there: DeskParts, named: DeskParts): Fault[] => {
  const tiers = merged(there.tiers, named.tiers, tierSlug);
  const queues = merged(there.queues, named.queues, queueSlug);
  return [
    ...namedTwice(named.tiers, 'tiers', 'tier', tierSlug),
    ...namedTwice(named.queues, 'queues', 'queue', queueSlug),
    ...namedTwice(named.agents, 'agents', 'agentId', agentSlug),
    ...tierFaults(named, tiers, queues),
    ...queueFaults(named, tiers),
  ];
};

const withoutRepeats = (agent: DeskAgent): DeskAgent => ({ ...agent, teams: [...new Set(agent.teams)].sort() });

const changed = <T extends object>(there: readonly T[], named: readonly T[], slug: (item: T) => string): T[] => {
  const known = bySlug(there, slug);
  return named.filter((item) => {
    const before = known.get(slug(item));
    return (
      !before ||
      (Object.keys(item) as (keyof T)[]).some((key) => JSON.stringify(before[key]) !== JSON.stringify(item[key]))
    );
  });
};

/**
 * The parts that differ after a change, whole. `there` holds all tiers and queues, and the agents that are named.
 * Throws `desk_invalid` with every fault when the resulting desk would not hold together.
 */
export const changeDesk = (there: DeskParts, named: DeskParts): DeskParts => {
  const fields = faultsOf(there, named);
  if (fields.length > 0) {
    const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
    throw new DomainError('desk_invalid', `${fields[0]!.path}: ${fields[0]!.message}${more}.`, 'refused', { fields });
  }
  return {
    tiers: changed(there.tiers, named.tiers, tierSlug),
    queues: changed(there.queues, named.queues, queueSlug),
    agents: changed(there.agents.map(withoutRepeats), named.agents.map(withoutRepeats), agentSlug),
  };
};
