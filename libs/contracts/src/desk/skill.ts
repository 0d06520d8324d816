import { z } from 'zod';
import { Line, PersonId, Slug } from '../words.ts';

/** Something that agents can do and queues may ask for. */
export const SkillPart = z.object({ skill: Slug, name: Line });

/** A certificate that an issuer gives; a queue may ask for a valid one. */
export const CertificationPart = z.object({ certification: Slug, name: Line, issuer: Line });

/** 1 knows the basics, 5 teaches it. */
export const Level = z.int().min(1).max(5);

/** A skill that is asked for, from this level on; without one any level will do. */
export const NeededSkill = z.object({ skill: Slug, level: Level.optional() });

/** Who works in some queues together; a partner's team works under its contract. */
export const TeamPart = z.object({
  team: Slug,
  name: Line,
  /** Decides for the team, and is told first. */
  lead: PersonId.optional(),
  /** Decide for it, too; told, in this order, while the lead is away and nobody stands in. */
  leads: z.array(PersonId).max(50).optional(),
  partner: Slug.optional(),
});

/** Another company whose people work in queues of the desk. */
export const PartnerPart = z.object({
  partner: Slug,
  name: Line,
  /** How to reach it: address, phone. */
  contact: Line.optional(),
  /** When it works. */
  calendar: Slug.optional(),
});

export type SkillPart = z.infer<typeof SkillPart>;
export type CertificationPart = z.infer<typeof CertificationPart>;
export type NeededSkill = z.infer<typeof NeededSkill>;
export type TeamPart = z.infer<typeof TeamPart>;
export type PartnerPart = z.infer<typeof PartnerPart>;
