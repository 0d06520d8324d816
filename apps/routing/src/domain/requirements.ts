import type { Assignment, ExplanationStep, NeededSkill } from '@tierline/contracts';
import type { Category, Desk, Outcome, Place, Wish } from './desk.ts';

/** What the agent has to be able to do, and how the ticket gets its owner; absent: nothing in particular. */
export type Requirements = {
  skills?: NeededSkill[];
  certifications?: string[];
  assignment?: Assignment;
};

/** Of a skill that is asked for twice the higher level counts. */
const highest = (skills: readonly NeededSkill[]): NeededSkill[] => {
  const bySkill = new Map<string, NeededSkill>();
  for (const wanted of skills) {
    const known = bySkill.get(wanted.skill);
    if (!known || (wanted.level ?? 0) > (known.level ?? 0)) bySkill.set(wanted.skill, wanted);
  }
  return [...bySkill.values()];
};

const wordsOf = ({ skills = [], certifications = [], assignment }: Requirements): string =>
  [
    ...skills.map(({ skill, level }) => `skill ${skill}${level === undefined ? '' : ` from level ${level}`}`),
    ...certifications.map((one) => `certificate ${one}`),
    ...(assignment === undefined ? [] : [`assignment ${assignment}`]),
  ].join(', ');

/** True where what is asked together with this wish counts: in the queue that it names, else in its tier, else everywhere. */
export const countsIn = (place: Place, { tier, queue }: Wish): boolean =>
  queue === null ? tier === null || tier === place.tier : queue === place.queue;

/** What rules say, else the category, and what the queue itself asks for; with the step that tells it. */
export const requirementsIn = (
  desk: Desk,
  place: Place,
  outcome: Outcome,
  named: Category | undefined,
): { requirements: Requirements; steps: ExplanationStep[] } => {
  const home = desk.queues.get(place.queue);
  const category = named && countsIn(place, named) ? named : undefined;
  const skills = highest([...(outcome.skills ?? category?.skills ?? []), ...(home?.skills ?? [])]);
  const certificates = [...(outcome.certifications ?? category?.certifications ?? []), ...(home?.certifications ?? [])];
  const certifications = [...new Set(certificates)];
  const assignment = outcome.assignment ?? home?.assignment;
  const requirements: Requirements = {
    ...(skills.length > 0 ? { skills } : {}),
    ...(certifications.length > 0 ? { certifications } : {}),
    ...(assignment === undefined ? {} : { assignment }),
  };
  const words = wordsOf(requirements);
  return { requirements, steps: words ? [{ rule: 'requirements', matched: true, why: `it asks for ${words}` }] : [] };
};
