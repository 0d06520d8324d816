import { z } from 'zod';
import { NeededSkill } from './desk/skill.ts';
import { Assignment } from './desk/tier.ts';
import { defineEvent } from './event.ts';
import { TicketPlace } from './place.ts';
import { Impact, PersonId, Priority, Slug, Text, TicketType, Urgency } from './words.ts';

const source = '/routing';

/** One rule that routing looked at, whether it matched, and why, in words an agent can read. */
export const ExplanationStep = z.object({ rule: z.string(), matched: z.boolean(), why: z.string() });
export type ExplanationStep = z.infer<typeof ExplanationStep>;

/** A ticket is about something else than was said, or a lead wants to know where the rules of today send it. */
export const RouteAsked = defineEvent('tierline.ticket.route-asked.v1', {
  topic: 'tickets',
  source: '/tier-queues',
  summary: 'A ticket is to be routed again; until then it stays where it is, and afterwards where somebody has it.',
  data: TicketPlace.extend({
    /** What it is about, as it turned out; absent: as before. */
    category: Slug.optional(),
    reason: Text,
    agentId: PersonId,
  }),
  example: {
    tier: 'tier-1',
    rank: 1,
    queue: 'service-desk',
    team: 'service-desk',
    reason: 'The rules for SAP have changed.',
    agentId: 'lea.lead',
  },
});

/** Routing decided where a ticket goes, at its first hop or at a later one. */
export const TicketRouted = defineEvent('tierline.ticket.routed.v1', {
  topic: 'tickets',
  source,
  summary: 'Routing decided tier, queue and priority, with its explanation.',
  data: z.object({
    /** 1 for the first route, 2 after the first escalation …; routed again, it is the same. */
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
    /** What its agent has to be able to do; absent: nothing in particular. */
    skills: z.array(NeededSkill).optional(),
    certifications: z.array(Slug).optional(),
    /** How it gets its owner; absent: as the queue does. */
    assignment: Assignment.optional(),
    /** Who had it routed again, why and when; absent: it was opened, or went up. */
    asked: z.object({ by: PersonId, reason: Text, at: z.iso.datetime() }).optional(),
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
