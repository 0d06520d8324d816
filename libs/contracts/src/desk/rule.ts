import { z } from 'zod';
import { Channel, Impact, Line, PersonId, Priority, Slug, TicketType, Urgency } from '../words.ts';
import { NeededSkill } from './skill.ts';
import { Assignment } from './tier.ts';

/** One value, or a list of which one has to fit. */
const oneOf = <T extends z.ZodType>(value: T) => z.union([value, z.array(value).min(1).max(200)]).optional();

/** Conditions, all of which must hold; without any the rule applies to every ticket. */
export const RuleConditions = z.object({
  /** Only as the ticket is opened, or only as it goes up; both unless it is said. */
  hop: z.enum(['first', 'later']).optional(),
  category: oneOf(Slug),
  /** As the category says; an incident without one. */
  type: oneOf(TicketType),
  channel: oneOf(Channel),
  impact: oneOf(Impact),
  urgency: oneOf(Urgency),
  organisation: oneOf(Line),
  requesterId: oneOf(PersonId),
  /** One of them stands in subject or description, as whole words, in any case. */
  keywords: z.array(z.string().trim().min(1).max(100)).min(1).max(50).optional(),
  /** The calendar is open or closed when the route is decided. */
  hours: z.object({ calendar: Slug, is: z.enum(['open', 'closed']) }).optional(),
  /** At least so many tickets wait in the queue. */
  load: z.object({ queue: Slug, atLeast: z.int().min(1).max(1_000_000) }).optional(),
});
export type RuleConditions = z.infer<typeof RuleConditions>;

/** What a rule sets; what it leaves out is left to later rules, the category, the matrix and the queue. */
export const RuleOutcome = z.object({
  tier: Slug.optional(),
  queue: Slug.optional(),
  priority: Priority.optional(),
  type: TicketType.optional(),
  skills: z.array(NeededSkill).max(50).optional(),
  certifications: z.array(Slug).max(50).optional(),
  assignment: Assignment.optional(),
});

/** A routing rule; rules are tried in order, and each sets what no earlier one has set. */
export const RulePart = z.object({
  name: Line,
  when: RuleConditions.default({}),
  then: RuleOutcome.refine((then) => Object.values(then).some((value) => value !== undefined), {
    error: 'name at least one thing that it sets: tier, queue, priority, type, skills, certifications or assignment',
  }),
  enabled: z.boolean().default(true),
});
export type RulePart = z.output<typeof RulePart>;

const Row = z.object({ low: Priority, medium: Priority, high: Priority });

/** Priority by impact (rows) and urgency. */
export const MatrixPart = z.object({ low: Row, medium: Row, high: Row, major: Row });
export type MatrixPart = z.infer<typeof MatrixPart>;

/** A way up that is allowed, and for which reasons. A tier with none may go to every higher one for any reason. */
export const EscalationPart = z.object({
  from: Slug,
  to: Slug,
  /** For tickets of this category alone; without one, for all. */
  category: Slug.optional(),
  /** Without any, any reason will do. */
  reasons: z.array(Line).max(100).optional(),
});
export type EscalationPart = z.infer<typeof EscalationPart>;
