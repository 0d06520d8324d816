import { z } from 'zod';
import { defineEvent } from './event.ts';
import { Impact, Line, Priority, Slug, TicketType, Urgency } from './words.ts';

const source = '/routing';

/** One rule that routing looked at, whether it matched, and why, in words an agent can read. */
export const ExplanationStep = z.object({ rule: z.string(), matched: z.boolean(), why: z.string() });
export type ExplanationStep = z.infer<typeof ExplanationStep>;

/** Routing decided where a ticket goes, at its first hop or at a later one. */
export const TicketRouted = defineEvent('tierline.ticket.routed.v1', {
  topic: 'tickets',
  source,
  summary: 'Routing decided tier, queue and priority, with its explanation.',
  data: z.object({
    /** 1 for the first route, 2 after the first escalation … */
    hop: z.int().positive(),
    type: TicketType,
    category: Slug.nullable(),
    impact: Impact,
    urgency: Urgency,
    priority: Priority,
    tier: Slug,
    queue: Slug,
    /** True when no rule and no category named a place. */
    fallback: z.boolean(),
    explanation: z.array(ExplanationStep),
  }),
  example: {
    hop: 1,
    type: 'incident',
    category: 'email-account',
    impact: 'low',
    urgency: 'medium',
    priority: 'P3',
    tier: 'tier-1',
    queue: 'service-desk',
    fallback: false,
    explanation: [
      { rule: 'matrix', matched: true, why: 'impact low × urgency medium gives P3' },
      { rule: 'category email-account', matched: true, why: 'its default tier is tier-1' },
    ],
  },
});

/** One step of a category's runbook. */
export const RunbookStep = z.object({ step: Slug, text: Line });
export type RunbookStep = z.infer<typeof RunbookStep>;

/** A category of the service catalogue, whole; the latest one counts. */
export const CatalogueChanged = defineEvent('tierline.desk.category-changed.v1', {
  topic: 'desk',
  source,
  summary: 'A category of the service catalogue, whole; the latest one counts.',
  data: z.object({
    category: Slug,
    name: Line,
    type: TicketType,
    /** Where its tickets start; null: the lowest tier. */
    tier: Slug.nullable(),
    /** The queue in that tier; null: the default queue of the tier. */
    queue: Slug.nullable(),
    /** What the first agent goes through, in order; ticked steps become what was tried. */
    runbook: z.array(RunbookStep).max(50).optional(),
  }),
  example: {
    category: 'email-account',
    name: 'E-mail account',
    type: 'incident',
    tier: 'tier-1',
    queue: 'service-desk',
  },
});
