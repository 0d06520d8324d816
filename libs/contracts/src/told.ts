import { z } from 'zod';
import { Instant, PersonId, Slug } from './words.ts';

/** Somebody who is to be told, and not before when: a reminder keeps to the hours of who gets it. */
export const Told = z.object({
  who: z.enum(['owner', 'lead', 'management']),
  /** The owner, or whom the desk names as lead or in management; null where nobody is named: then it is for the team's leads. */
  agentId: PersonId.nullable(),
  team: Slug.nullable(),
  notBefore: Instant,
  /** Who would be told, and is away: `agentId` is the deputy, or whoever is next. */
  standsInFor: PersonId.optional(),
  /** Nobody who leads the team is there: this is for all of it. */
  everybody: z.boolean().optional(),
});
export type Told = z.infer<typeof Told>;
