import { z } from 'zod';
import { Line, Slug, TicketType } from '../words.ts';
import { NeededSkill } from './skill.ts';

const FormField = z.object({
  field: Slug,
  label: Line,
  kind: z.enum(['text', 'number', 'date', 'yes-no', 'choice']),
  required: z.boolean().optional(),
  /** For a choice. */
  options: z.array(Line).min(1).max(200).optional(),
});

/** One step of a category's runbook: what to try. */
export const RunbookStep = z.object({ step: Slug, text: Line });
export type RunbookStep = z.infer<typeof RunbookStep>;

/** A kind of ticket that can be asked for: its form, where it starts, and what the first tier does. */
export const CategoryPart = z.object({
  category: Slug,
  name: Line,
  type: TicketType,
  /** Where its tickets start; without one, the lowest tier. */
  tier: Slug.nullish(),
  /** The queue in that tier; without one, the default queue of the tier. */
  queue: Slug.nullish(),
  skills: z.array(NeededSkill).max(50).optional(),
  certifications: z.array(Slug).max(50).optional(),
  form: z.array(FormField).max(100).optional(),
  /** What the first agent goes through, in order; ticked steps become what was tried. */
  runbook: z.array(RunbookStep).max(100).optional(),
});
export type CategoryPart = z.infer<typeof CategoryPart>;
