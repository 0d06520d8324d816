import { z } from 'zod';
import { Handover, type HandoverField } from '../handover.ts';
import { Slug } from '../words.ts';

const fields = Object.keys(Handover.shape) as [HandoverField, ...HandoverField[]];

/** What a hand-over between two tiers has to say; a pair without a template has the standard one. */
export const HandoverPart = z.object({
  from: Slug,
  to: Slug,
  /** In the order of the form. */
  fields: z
    .array(z.object({ field: z.enum(fields), required: z.boolean() }))
    .min(1)
    .max(fields.length),
});
export type HandoverPart = z.infer<typeof HandoverPart>;
