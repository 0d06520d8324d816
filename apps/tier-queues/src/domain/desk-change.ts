import { DomainError } from '@tierline/contracts';
import { keptCalendar } from './calendar-part.ts';
import type { DeskAgent, Queue, Tier } from './desk.ts';
import { idFields, idsOf, partNames, type DeskParts, type NamedParts, type PartName } from './desk-parts.ts';
import { promiseFaults, type Fault } from './promise-faults.ts';

type Identified<T> = (item: T) => string;

const byId = <T>(items: readonly T[], id: Identified<T>) => new Map(items.map((item) => [id(item), item]));

const namedTwice = (named: NamedParts, name: PartName): Fault[] => {
  const seen = new Set<string>();
  const id = idsOf[name] as Identified<unknown>;
  return named[name].flatMap((item, index) => {
    const own = id(item);
    if (seen.has(own)) return [{ path: `${name}.${index}.${idFields[name]}`, message: `${own} is named twice` }];
    seen.add(own);
    return [];
  });
};

const tierFaults = (named: NamedParts, tiers: Map<string, Tier>, queues: Map<string, Queue>): Fault[] =>
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

const queueFaults = (named: NamedParts, tiers: Map<string, Tier>): Fault[] => {
  const namedTiers = new Set(named.tiers.map(idsOf.tiers));
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
const faultsOf = (there: DeskParts, named: NamedParts, at: string): Fault[] => {
  const tiers = byId([...there.tiers, ...named.tiers], idsOf.tiers);
  const queues = byId([...there.queues, ...named.queues], idsOf.queues);
  const calendars = new Set([...there.calendars, ...named.calendars].map(idsOf.calendars));
  return [
    ...partNames.flatMap((name) => namedTwice(named, name)),
    ...tierFaults(named, tiers, queues),
    ...queueFaults(named, tiers),
    ...promiseFaults(named, calendars, at),
  ];
};

const withoutRepeats = (agent: DeskAgent): DeskAgent => ({ ...agent, teams: [...new Set(agent.teams)].sort() });

/** A value as text, whatever the order of its fields. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );

const changed = <T>(there: readonly T[], named: readonly T[], id: Identified<T>): T[] => {
  const known = byId(there, id);
  return named.filter((item) => {
    const before = known.get(id(item));
    return before === undefined || textOf(before) !== textOf(item);
  });
};

/**
 * The parts that differ after a change, whole. `there` holds all parts of the desk, of the agents at least those that
 * are named. Throws `desk_invalid` with every fault when the resulting desk would not hold together.
 */
export const changeDesk = (there: DeskParts, named: NamedParts, at: string): DeskParts => {
  const fields = faultsOf(there, named, at);
  if (fields.length > 0) {
    const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
    throw new DomainError('desk_invalid', `${fields[0]!.path}: ${fields[0]!.message}${more}.`, 'refused', { fields });
  }
  return {
    tiers: changed(there.tiers, named.tiers, idsOf.tiers),
    queues: changed(there.queues, named.queues, idsOf.queues),
    agents: changed(there.agents.map(withoutRepeats), named.agents.map(withoutRepeats), idsOf.agents),
    calendars: changed(
      there.calendars,
      named.calendars.map((part) => keptCalendar(part, at)),
      idsOf.calendars,
    ),
    policies: changed(there.policies, named.policies, idsOf.policies),
  };
};
