import { z } from 'zod';
import { Line, Slug } from '../words.ts';
import { NeededSkill } from './skill.ts';

/** Who may write to requesters: everybody of the tier, the lower tier for it, or nobody. */
export const ContactPolicy = z.enum(['public', 'via-lower', 'internal']);
export type ContactPolicy = z.infer<typeof ContactPolicy>;

/** A step of expertise; 1 is the lowest rank. */
export const TierPart = z.object({
  tier: Slug,
  name: Line,
  rank: z.int().min(1).max(20),
  defaultQueue: Slug,
  /** `public` unless said otherwise. */
  contact: ContactPolicy.optional(),
  /** Minutes of working time in which an assigned ticket has to be begun. */
  acceptanceMinutes: z.int().min(1).max(10_080).optional(),
  /** Bounces after which a ticket goes to the lead instead of bouncing again; 2 unless said otherwise. */
  bounceLimit: z.int().min(1).max(100).optional(),
});
export type TierPart = z.infer<typeof TierPart>;

/** How tickets get an owner: agents take them, or they are given in turn, to the least loaded, or to the best skilled. */
export const Assignment = z.enum(['pull', 'round-robin', 'least-loaded', 'skill-matched']);
export type Assignment = z.infer<typeof Assignment>;

/** Where work waits; belongs to one tier, and to one team that works in it. */
export const QueuePart = z.object({
  queue: Slug,
  name: Line,
  tier: Slug,
  team: Slug,
  skills: z.array(NeededSkill).max(50).optional(),
  certifications: z.array(Slug).max(50).optional(),
  /** When it is worked in. */
  calendar: Slug.optional(),
  /** `pull` unless said otherwise. */
  assignment: Assignment.optional(),
  /** Tickets that one agent works on at once, where the agent has no capacity of his or her own. */
  capacity: z.int().min(1).max(1_000).optional(),
  /** Another queue of the tier, which gets what is open here when the calendar closes. */
  handsOverTo: Slug.optional(),
});
export type QueuePart = z.infer<typeof QueuePart>;
