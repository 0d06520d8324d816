import type { DeskFault } from './document.ts';
import type { PartFault } from './references.ts';
import type { DeskPart, DeskParts } from './sorts.ts';

/** What is asked of whoever takes a ticket. */
type Demands = Pick<DeskPart<'queues'>, 'skills' | 'certifications'>;

type Asking = {
  readonly part: 'rules' | 'categories';
  readonly index: number;
  /** Under which the demands stand. */
  readonly field: 'then.' | '';
  readonly demands: Demands;
  /** The queue to which it sends; undefined: it names none, or one that is not there. */
  readonly queue: DeskPart<'queues'> | undefined;
  /** It is asked wherever tickets start. */
  readonly atEntry: boolean;
};

const canServe = (agent: DeskPart<'agents'>, { skills = [], certifications = [] }: Demands): boolean =>
  skills.every(({ skill, level = 1 }) => agent.skills?.some((own) => own.skill === skill && own.level >= level)) &&
  certifications.every((wanted) => agent.certifications?.some(({ certification }) => certification === wanted));

const both = (one: Demands, other: Demands): Demands => ({
  skills: [...(one.skills ?? []), ...(other.skills ?? [])],
  certifications: [...(one.certifications ?? []), ...(other.certifications ?? [])],
});

const namesAny = ({ skills = [], certifications = [] }: Demands): boolean => skills.length + certifications.length > 0;

const membersByTeam = (agents: DeskParts['agents']): ReadonlyMap<string, readonly DeskPart<'agents'>[]> => {
  const teams = new Map<string, DeskPart<'agents'>[]>();
  for (const agent of agents)
    for (const team of agent.teams) {
      const members = teams.get(team);
      if (members) members.push(agent);
      else teams.set(team, [agent]);
    }
  return teams;
};

/** The queues that nobody can serve who is in their team. */
export const unservedFaults = ({ queues, agents }: DeskParts): PartFault[] => {
  const teams = membersByTeam(agents);
  return queues.flatMap((queue, index): PartFault[] => {
    const members = teams.get(queue.team) ?? [];
    if (members.some((agent) => canServe(agent, queue))) return [];
    const why =
      members.length === 0
        ? `nobody is in team ${queue.team}`
        : `nobody of team ${queue.team} has all the skills and certifications it asks for`;
    const message = `nobody can serve queue ${queue.queue}: ${why}`;
    return [{ part: 'queues', index, field: 'team', message, kind: 'whole' }];
  });
};

type Named = { readonly tier?: string | null | undefined; readonly queue?: string | null | undefined };

/** The rules and categories that ask for something, with the queues to which they send. */
const asking = ({ rules, categories, tiers, queues }: DeskParts): Asking[] => {
  const queueOf = ({ tier, queue }: Named) => {
    const named = queue ?? tiers.find((one) => one.tier === tier)?.defaultQueue;
    return queues.find((one) => one.queue === named);
  };
  const isPlaced = ({ tier, queue }: Named) => Boolean(queue ?? tier);
  const ofRules = rules.flatMap(({ when, then, enabled }, index): Asking[] => {
    const atEntry = !isPlaced(then) && when.hop !== 'later';
    return enabled ? [{ part: 'rules', index, field: 'then.', demands: then, queue: queueOf(then), atEntry }] : [];
  });
  const ofCategories = categories.map((category, index): Asking => {
    const atEntry = !isPlaced(category);
    return { part: 'categories', index, field: '', demands: category, queue: queueOf(category), atEntry };
  });
  return [...ofRules, ...ofCategories].filter(({ demands }) => namesAny(demands));
};

const fieldOf = ({ field, demands }: Asking): string =>
  `${field}${demands.skills && demands.skills.length > 0 ? 'skills' : 'certifications'}`;

/** The rules and categories that send tickets where nobody can take them. */
export const demandFaults = (parts: DeskParts): PartFault[] => {
  const teams = membersByTeam(parts.agents);
  return asking(parts).flatMap((one): PartFault[] => {
    const { part, index, queue, demands } = one;
    if (!queue || (teams.get(queue.team) ?? []).some((agent) => canServe(agent, both(queue, demands)))) return [];
    const message = `it sends tickets to queue ${queue.queue}, and nobody of team ${queue.team} has all that is asked there`;
    return [{ part, index, field: fieldOf(one), message, kind: 'whole', names: 'agents' }];
  });
};

/** What asks for something without saying where, and which the people of the lowest tier's default queue do not have. */
export const demandWarnings = (parts: DeskParts): DeskFault[] => {
  const [lowest] = parts.tiers.toSorted((one, other) => one.rank - other.rank);
  const entry = parts.queues.find(({ queue }) => queue === lowest?.defaultQueue);
  const members = entry ? (membersByTeam(parts.agents).get(entry.team) ?? []) : [];
  return asking(parts).flatMap((one) => {
    const { part, index, demands, atEntry } = one;
    if (!entry || !atEntry || members.some((agent) => canServe(agent, both(entry, demands)))) return [];
    const message = `tickets that start in ${entry.queue} wait there: nobody of team ${entry.team} has what it asks for; name a queue`;
    return [{ path: `${part}.${index}.${fieldOf(one)}`, message }];
  });
};
