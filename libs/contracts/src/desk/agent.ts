import { z } from 'zod';
import { Line, PersonId, Slug } from '../words.ts';
import { Level } from './skill.ts';

const HeldCertificate = z.object({
  certification: Slug,
  /** As printed on the certificate. */
  number: Line,
  /** The last day on which it counts; without one it does not expire. */
  expires: z.iso.date().optional(),
});

/** Somebody who works on tickets. */
export const AgentPart = z.object({
  agentId: PersonId,
  name: Line,
  /** Where mails of the desk go; without one, the address that he or she is known by otherwise. */
  email: z.email().optional(),
  teams: z.array(Slug).max(200),
  skills: z
    .array(z.object({ skill: Slug, level: Level }))
    .max(100)
    .optional(),
  certifications: z.array(HeldCertificate).max(100).optional(),
  /** Calendars by which he or she works: on shift while one of them is open; without any, whenever present. */
  shifts: z.array(Slug).max(20).optional(),
  /** Tickets at once, as `limits.capacityWeights` counts them, where it differs from that of the queue. */
  capacity: z.int().min(1).max(1_000).optional(),
});
export type AgentPart = z.infer<typeof AgentPart>;
