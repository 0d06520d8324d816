import { z } from 'zod';
import { HoldReason, Line, Priority, Slug, TicketType } from '../words.ts';

const Minutes = z.partialRecord(Priority, z.number());
const oneOf = <T extends z.ZodType>(value: T) => z.array(value).max(200).optional();

const BreachAction = z.enum(['tell-owner', 'tell-lead', 'notify-up', 'escalate', 'raise-priority']);

/** Promises to requesters (SLA), between teams (OLA) or by others (UC), as the desk document says them. */
export const PolicyPart = z.object({
  policy: Slug,
  name: Line,
  /** Lower goes first. */
  order: z.int().min(0).max(100_000),
  /** What the ticket has to have: one of the values of every field that is named. */
  when: z.object({
    priority: oneOf(Priority),
    type: oneOf(TicketType),
    category: oneOf(Slug),
    organisation: oneOf(Line),
    tier: oneOf(Slug),
    team: oneOf(Slug),
    vendor: oneOf(Line),
    partner: oneOf(Slug),
  }),
  /** In whose hours targets are measured. */
  calendar: Slug,
  /** Minutes of working time for each kind of clock and priority; what is absent is not promised. */
  targets: z.object({
    'sla-first-response': Minutes.optional(),
    'sla-next-response': Minutes.optional(),
    'sla-resolution': Minutes.optional(),
    'ola-waiting': Minutes.optional(),
    'ola-working': Minutes.optional(),
    'uc-vendor': Minutes.optional(),
    'uc-partner': Minutes.optional(),
  }),
  /** Shares of a target in per cent, rising, at which to warn. */
  warnings: z.array(z.number()).max(20).optional(),
  /** Holds that stop the resolution clock; CUSTOMER always does. */
  pausedBy: z.array(HoldReason).max(10).optional(),
  /** What happens on a breach, beside the event. */
  onBreach: z.array(BreachAction).max(10).optional(),
  /** What happens while it lasts: at shares of the target in per cent, above 100 and rising, each once. */
  afterBreach: z
    .array(z.object({ share: z.number(), actions: z.array(BreachAction).min(1).max(10) }))
    .max(10)
    .optional(),
});
export type PolicyPart = z.infer<typeof PolicyPart>;
