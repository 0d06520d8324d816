import type { Assignment, FactOf, NeededSkill, TicketRouted } from '@tierline/contracts';
import type { Queue } from './desk.ts';

/** What an agent has to bring. */
export type Needs = { readonly skills: readonly NeededSkill[]; readonly certifications: readonly string[] };

/** What a route asks for: it counts in the queue that the route named, and nowhere else. */
export type RouteNeeds = Needs & { readonly queue: string; readonly assignment: Assignment | null };

/** What the route asks for; undefined when it asks for nothing. */
export const needsOfRoute = ({ queue, ...asked }: FactOf<typeof TicketRouted>['data']): RouteNeeds | undefined => {
  const { skills = [], certifications = [], assignment = null } = asked;
  if (skills.length + certifications.length === 0 && assignment === null) return undefined;
  return { queue, skills, certifications, assignment };
};

const nothing: Needs = { skills: [], certifications: [] };

/** What the route asks for in the queue where the ticket is. */
export const ownNeeds = (needs: RouteNeeds | undefined, queue: string | null): Needs =>
  needs && needs.queue === queue ? needs : nothing;

/** What a queue asks for, whatever the ticket. */
export const needsOfQueue = (queue: Queue | undefined): Needs => ({
  skills: queue?.skills ?? [],
  certifications: queue?.certifications ?? [],
});

/** Both together; of one skill the higher level counts. */
export const bothNeeds = (one: Needs, other: Needs): Needs => {
  const levels = new Map<string, number>();
  for (const { skill, level = lowest } of [...one.skills, ...other.skills])
    levels.set(skill, Math.max(level, levels.get(skill) ?? lowest));
  return {
    skills: [...levels].map(([skill, level]) => ({ skill, level })),
    certifications: [...new Set([...one.certifications, ...other.certifications])],
  };
};

/** The level of a skill that is asked for without one. */
export const lowest = 1;

/** Where tickets of a queue with the same needs wait: the queue, `|`, and the needs as words that agents fulfil. */
export const laneOf = (needs: RouteNeeds | undefined, queue: string | null): string | null => {
  if (queue === null) return null;
  const { skills, certifications } = bothNeeds(ownNeeds(needs, queue), nothing);
  const words = [
    ...skills.map(({ skill, level }) => skillWord(skill, level ?? lowest)),
    ...certifications.map(certificateWord),
  ];
  return `${queue}|${words.sort().join(',')}`;
};

export const skillWord = (skill: string, level: number): string => `skill ${skill} ${level}`;
export const certificateWord = (certification: string): string => `certificate ${certification}`;
