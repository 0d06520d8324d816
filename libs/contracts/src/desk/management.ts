import { z } from 'zod';
import { Line, PersonId, Slug } from '../words.ts';

/**
 * Of what management is told: a ticket that is brought up to it, by an agent or by a breach whose policy says so, or a
 * major incident from its beginning to its end.
 */
export const ManagementConcern = z.enum(['notified-up', 'major-incidents']);
export type ManagementConcern = z.infer<typeof ManagementConcern>;

/** Somebody of management: an agent of the desk, or anybody else by name. */
export const ManagementPart = z.object({
  personId: PersonId,
  /** Needed of whoever is no agent. */
  name: Line.optional(),
  /** Where mails go; an agent's own address comes first, and without any, the one that own tickets brought. */
  email: z.email().optional(),
  /** Is told of tickets that are with these teams or in these tiers; without both, of all. */
  teams: z.array(Slug).min(1).max(200).optional(),
  tiers: z.array(Slug).min(1).max(50).optional(),
  /** Of what; of everything unless said otherwise. */
  toldOf: z.array(ManagementConcern).min(1).max(ManagementConcern.options.length).optional(),
});
export type ManagementPart = z.infer<typeof ManagementPart>;
